import { describe, expect, it } from "vitest";
import { withChanges } from "./deepPages";

const record = (id: number, name = "old"): { id: number; version: number; name: string } => ({ id, version: 1, name });
const data = { pages: [{ items: [record(1), record(2)], next: "a" }, { items: [record(3)], next: null }], pageParams: [null, "a"] };

describe("single changes in a long list", () => {
  it("take their places, leave, and come in front", () => {
    const next = withChanges(data, [2, 3, 9], [record(2, "new"), record(9, "fresh")], true);
    expect(next.pages.map((page) => page.items.map((item) => `${item.id} ${String(item.name)}`))).toEqual([["9 fresh", "1 old", "2 new"], []]);
    expect(next.pageParams).toBe(data.pageParams);
  });
  it("leave what they do not touch alone", () => {
    const next = withChanges(data, [3], [record(3, "new"), record(9)], false);
    expect(next.pages[0]).toBe(data.pages[0]);
    expect(next.pages.flatMap((page) => page.items.map((item) => item.id))).toEqual([1, 2, 3]);
  });
});
