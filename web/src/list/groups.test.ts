import { describe, expect, it } from "vitest";
import type { FieldDef } from "@/meta/types";
import { groupings, parseGroup, pathField } from "./fields";
import { daysOf, groupFilter, groupsOf, layOut, steady, type ListGroup } from "./groups";

const field = (name: string, type: FieldDef["type"], more: Partial<FieldDef> = {}): FieldDef => ({ id: 1, name, type, label: name, ...more });
const stage = field("stage", "choice", { options: [{ key: "new", label: "新" }, { key: "won", label: "赢" }] });

describe("what a list can be grouped by", () => {
  it("reads and writes the aggregate's words", () => {
    expect(parseGroup("stage")).toEqual({ path: "stage", part: null });
    expect(parseGroup("month(close_date)")).toEqual({ path: "close_date", part: "month" });
    expect(parseGroup("customer.level")).toEqual({ path: "customer.level", part: null });
    expect(parseGroup("sum(amount)")).toBeNull();
    expect(parseGroup('stage); drop')).toBeNull();
  });
  it("offers dates by their parts and nothing for texts", () => {
    expect(groupings(field("close_date", "date")).map((item) => item.group)).toContain("quarter(close_date)");
    expect(groupings(field("name", "text"))).toEqual([]);
    expect(groupings(field("phone", "choice", { access: "mask" }))).toEqual([]);
  });
});

describe("the rows of a group", () => {
  it.each([
    ["day", "2026-11-22", "2026-11-22", "2026-11-22"], ["week", "2026-W47", "2026-11-16", "2026-11-22"], ["week", "2026-W01", "2025-12-29", "2026-01-04"], ["week", "2020-W53", "2020-12-28", "2021-01-03"],
    ["month", "2024-02", "2024-02-01", "2024-02-29"], ["quarter", "2026-Q4", "2026-10-01", "2026-12-31"], ["year", "2026", "2026-01-01", "2026-12-31"],
  ] as const)("%s %s", (part, key, from, to) => {
    expect(daysOf(part, key)).toEqual([from, to]);
  });
  it("are found by a plain filter", () => {
    expect(groupFilter(stage, null, "won")).toBe('stage = "won"');
    expect(groupFilter(stage, null, null)).toBe("is_null(stage)");
    expect(groupFilter(field("owner", "user"), null, { id: 7, name: "王" })).toBe("owner = 7");
    expect(groupFilter(field("active", "boolean"), null, false)).toBe("active = false");
    expect(groupFilter(field("close_date", "date"), "month", "2026-11")).toBe("close_date between 2026-11-01 and 2026-11-30");
    expect(groupFilter(stage, null, 'a" or 1 = 1')).toBe('stage = "a\\" or 1 = 1"');
  });
});

describe("order of groups", () => {
  const row = (name: string, value: unknown, count: number): Record<string, never> => ({ [name]: value, "count()": count }) as unknown as Record<string, never>;
  it("keeps the options' own order, the empty one last", () => {
    const groups = groupsOf(stage, null, "stage", [row("stage", null, 1), row("stage", "won", 2), row("stage", "new", 3)], 'name = "x" or name = "y"', "zh-CN");
    expect(groups.map((group) => [group.key, group.label, group.count])).toEqual([["new", "新", 3], ["won", "赢", 2], ["", null, 1]]);
    expect(groups[0]?.filter).toBe('(name = "x" or name = "y") and stage = "new"');
  });
  it("runs dates backwards and names by the alphabet", () => {
    const dates = groupsOf(field("close_date", "date"), "month", "month(close_date)", [row("month(close_date)", "2026-01", 1), row("month(close_date)", "2026-11", 1)], "", "en");
    expect(dates.map((group) => group.key)).toEqual(["2026-11", "2026-01"]);
    const names = groupsOf(field("owner", "user"), null, "owner", [row("owner", { id: 2, name: "王" }, 1), row("owner", { id: 1, name: "陈" }, 1)], "", "zh-CN");
    expect(names.map((group) => group.label)).toEqual(["陈", "王"]);
  });
});

describe("laying out", () => {
  const group = (key: string): ListGroup => ({ key, value: key, label: key, count: 3, filter: "", row: {} });
  const record = (id: number): { id: number; version: number } => ({ id, version: 1 });
  it("asks for rows only of what is open", () => {
    const pages = new Map([["b", { items: [record(1), record(2)], hasMore: true, pending: false }], ["c", { items: [record(3)], hasMore: false, pending: false }]]);
    const rows = layOut([group("a"), group("b"), group("c")], new Set(["a"]), (key) => pages.get(key));
    expect(rows.map((row) => row.key)).toEqual(["g:a", "g:b", "b:1", "b:2", "m:b", "g:c", "c:3"]);
  });
  it("keeps the order under whoever edits", () => {
    const now = [record(3), record(9), record(1), record(2)];
    expect(steady(now, [1, 2, 3]).map((item) => item.id)).toEqual([1, 9, 2, 3]);
    expect(steady(now, [1, 7, 2, 3]).map((item) => item.id)).toEqual([1, 9, 2, 3]);
    expect(steady(now, undefined)).toBe(now);
  });
  it("waits for what was never asked", () => {
    expect(layOut([group("a")], new Set(), () => undefined).map((row) => row.kind)).toEqual(["group", "more"]);
  });
});

describe("fields one reference away", () => {
  const customer = { id: 1, name: "customer", label: "客户", fields: [field("level", "choice", { label: "级别", options: stage.options }), field("phone", "phone", { label: "电话", access: "mask" })], rights: { read: true, create: true, update: true, delete: true } };
  const deal = { ...customer, name: "opportunity", fields: [field("customer", "reference", { label: "客户", target: "customer" })] };
  const find = (name: string): typeof customer | undefined => (name === "customer" ? customer : undefined);
  it("are read only and carry both labels", () => {
    expect(pathField(deal, "customer.level", find)).toMatchObject({ name: "customer.level", label: "客户 · 级别", sortable: false, access: "read" });
    expect(pathField(deal, "customer.phone", find)?.access).toBe("mask");
    expect(pathField(deal, "customer.secret", find)).toBeUndefined();
    expect(pathField(deal, "level", find)).toBeUndefined();
  });
});
