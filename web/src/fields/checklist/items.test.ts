import { describe, expect, it } from "vitest";
import { linesOf, moved, readItems, writeItems } from "./items";

describe("checklists", () => {
  it("are read from several shapes and written in one", () => {
    expect(readItems(["a", { text: "b", done: true }, { title: "c" }, 3, null])).toEqual([{ text: "a", done: false }, { text: "b", done: true }, { text: "c", done: false }]);
    expect(readItems({ items: [{ name: "d", done: "yes" }] })).toEqual([{ text: "d", done: false }]);
    expect([readItems(null), readItems("x")]).toEqual([[], []]);
    expect(writeItems([{ text: " a ", done: true }, { text: " ", done: false }])).toEqual([{ text: "a", done: true }]);
    expect(writeItems([])).toBe(null);
  });
  it("move within their ends", () => {
    const list = readItems(["a", "b", "c"]);
    expect(moved(list, 0, 2).map((item) => item.text)).toEqual(["b", "c", "a"]);
    expect(moved(list, 2, 0).map((item) => item.text)).toEqual(["c", "a", "b"]);
    expect(moved(list, 0, -1)).toBe(list);
  });
  it("take pasted lines without their marks", () => {
    expect(linesOf("1. 备样\n- [x] 寄出\n\n• 回访\n2、报价")).toEqual(["备样", "寄出", "回访", "报价"]);
  });
});
