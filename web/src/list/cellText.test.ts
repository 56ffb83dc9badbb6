import { describe, expect, it } from "vitest";
import type { FieldDef } from "@/meta/types";
import { cellText, parseTable, readCell, writeTable } from "./cellText";

const field = (type: FieldDef["type"], more: Partial<FieldDef> = {}): FieldDef => ({ id: 1, name: "x", type, label: "x", ...more });
const words = { yes: "是", no: "否" };
const level = field("choice", { options: [{ key: "A", label: "A 类" }, { key: "B", label: "B 类" }, { key: "C", label: "C 类", retired: true }] });

describe("copied tables", () => {
  it("are cells between tabs and lines", () => {
    expect(parseTable("a\tb\r\nc\t\r\n")).toEqual([["a", "b"], ["c", ""]]);
    expect(parseTable('"two\nlines"\t"say ""hi"""\nx"y')).toEqual([["two\nlines", 'say "hi"'], ['x"y']]);
    expect(parseTable("")).toEqual([[""]]);
  });
  it("go there and back", () => {
    const table = [["a\tb", 'q"', "l\nm"], ["", "x", "y"]];
    expect(parseTable(writeTable(table))).toEqual(table);
  });
});

describe("a cell as text", () => {
  it.each([
    [level, "A", "A 类"], [field("percent"), 0.155, "15.5%"], [field("boolean"), true, "是"], [field("user"), { id: 3, name: "王" }, "王"], [field("record"), { object: "customer", id: 1, name: "宏岱" }, "宏岱"],
    [field("multi_choice", { options: level.options }), ["A", "B"], "A 类, B 类"], [field("tags"), ["甲", "乙"], "甲, 乙"], [field("money"), 12.5, "12.5"], [field("date"), "2026-11-22", "2026-11-22"], [field("text"), null, ""],
  ] as const)("%#", (item, value, text) => {
    expect(cellText(item, value as never, words)).toBe(text);
  });
});

describe("a pasted text", () => {
  it.each([
    [field("money"), "¥1,280.50", 1280.5], [field("money"), "12万", 120000], [field("percent"), "15.5%", 0.155], [field("integer"), "", null], [field("boolean"), "否", false], [field("boolean"), "TRUE", true],
    [field("date"), "2026/3/7", "2026-03-07"], [field("date"), "2026年11月22日", "2026-11-22"], [level, "B 类", "B"], [level, "A", "A"], [field("tags"), "甲、乙", ["甲", "乙"]], [field("phone"), " 0571-1 ", "0571-1"],
  ] as const)("%#", (item, text, value) => {
    const read = readCell(item, text);
    expect(read.ok && "value" in read ? String(read.value) : read).toEqual(String(value));
  });
  it("of a date-time is local", () => {
    expect(readCell(field("datetime"), "2026-11-22 14:05")).toEqual({ ok: true, value: new Date(2026, 10, 22, 14, 5).toISOString().replace(".000Z", "Z") });
  });
  it("names a record that has to be found", () => {
    expect(readCell(field("user"), "王小明")).toEqual({ ok: true, name: "王小明" });
  });
  it.each([[field("money"), "很多"], [field("date"), "2026-02-30"], [level, "C 类"], [field("boolean"), "也许"], [field("formula"), "1"], [field("datetime"), "soon"]] as const)("is refused: %#", (item, text) => {
    expect(readCell(item, text)).toEqual({ ok: false });
  });
});
