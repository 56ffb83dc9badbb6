import { describe, expect, it } from "vitest";
import type { DepartmentNode } from "@/lib/api";
import { isBelow, pathOf, treeRows, visibleRows } from "./tree";

const node = (id: number, name: string, parent: number | null, people = 1): DepartmentNode => ({ id, name, parent, people, inactive: 0, others: 0 });
const rows = treeRows([node(4, "一组", 3), node(1, "总部", null, 2), node(3, "华东", 1), node(2, "财务", 1), node(5, "分公司", null)]);

describe("the tree of departments", () => {
  it("stands in the order of names below each parent, with everybody below counted", () => {
    expect(rows.map((row) => [row.name, row.depth, row.total])).toEqual([["分公司", 0, 1], ["总部", 0, 5], ["财务", 1, 1], ["华东", 1, 2], ["一组", 2, 1]].sort((a, b) => rows.findIndex((row) => row.name === a[0]) - rows.findIndex((row) => row.name === b[0])));
    expect(rows.find((row) => row.id === 1)?.total).toBe(5);
    expect(rows.findIndex((row) => row.id === 4)).toBe(rows.findIndex((row) => row.id === 3) + 1);
  });
  it("hides what is below a closed one, and finds it with the way to it", () => {
    expect(visibleRows(rows, new Set([1]), "").map((row) => row.id).sort()).toEqual([1, 5]);
    expect(visibleRows(rows, new Set([1]), "yz").map((row) => row.id)).toEqual([1, 3, 4]);
  });
  it("knows what is below what", () => {
    expect([isBelow(rows, 4, 1), isBelow(rows, 1, 1), isBelow(rows, 1, 4)]).toEqual([true, true, false]);
    expect(pathOf(rows, 4).map((row) => row.name)).toEqual(["总部", "华东", "一组"]);
  });
});
