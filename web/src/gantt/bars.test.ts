import { describe, expect, it } from "vitest";
import type { FieldDef, ObjectDef } from "@/meta/types";
import { barOf, placedValues, planFields, rowsOf, stretched, type GanttBar } from "./bars";

const fieldOf = (name: string, type: FieldDef["type"], more: Partial<FieldDef> = {}): FieldDef => ({ id: 1, name, type, label: name, access: "write", ...more });
const stage = fieldOf("stage", "choice", { options: [{ key: "a", label: "A", color: "azure" }, { key: "b", label: "B", outcome: "won" }] });
const object: ObjectDef = { id: 1, name: "deal", label: "Deal", stage: "stage", fields: [fieldOf("created_at", "datetime", { system: true, readonly: true }), fieldOf("start_date", "date"), fieldOf("close_date", "date"), stage], rights: { read: true, create: true, update: true, delete: true } };
const fields = planFields(object, {});
if (!fields) throw new Error("no dates");
const bar = (id: number, start: string | null, end: string | null, key = "a"): GanttBar => {
  const found = barOf(object, { id, version: 1, name: `d${id}`, start_date: start, close_date: end, stage: key, owner: { id: 1, name: id % 2 ? "x" : "y" } }, fields);
  if (!found) throw new Error("no bar");
  return found;
};
const day = (text: string): Date => new Date(`${text}T00:00:00`);

describe("bars", () => {
  it("draws from the making where an object has one date", () => {
    expect(planFields({ ...object, fields: object.fields.filter((item) => item.name !== "start_date") }, {})).toMatchObject({ start: { name: "created_at" }, end: { name: "close_date" } });
    expect(planFields(object, { start: "close_date" })).toMatchObject({ start: { name: "close_date" }, end: null });
  });
  it("takes the two dates of an object of one's own, whatever they are called", () => {
    const own = { ...object, custom: true, fields: [fieldOf("created_at", "datetime", { system: true, readonly: true }), fieldOf("deadline", "datetime"), fieldOf("begin", "date"), fieldOf("finish", "date")] };
    expect(planFields(own, {})).toMatchObject({ start: { name: "begin" }, end: { name: "finish" } });
    expect(planFields(own, { start: "finish" })).toMatchObject({ start: { name: "finish" }, end: null });
  });
  it("covers the last day, and one date is a milestone", () => {
    expect(bar(1, "2026-11-10", "2026-11-12")).toMatchObject({ start: day("2026-11-10"), end: day("2026-11-13"), milestone: false, tone: "azure" });
    expect(bar(1, null, "2026-11-12")).toMatchObject({ start: day("2026-11-12"), end: day("2026-11-13"), milestone: true });
    expect(barOf(object, { id: 1, version: 1, start_date: null, close_date: null }, fields)).toBeNull();
  });
  it("writes only what has moved", () => {
    const one = bar(1, "2026-11-10", "2026-11-12");
    expect(placedValues(one, { start: day("2026-11-11"), end: day("2026-11-14") }, fields)).toEqual({ start_date: "2026-11-11", close_date: "2026-11-13" });
    expect(placedValues(one, { start: one.start, end: day("2026-11-16") }, fields)).toEqual({ close_date: "2026-11-15" });
    expect(placedValues(one, one, fields)).toEqual({});
    expect(placedValues(bar(1, null, "2026-11-12"), { start: day("2026-11-15"), end: day("2026-11-16") }, fields)).toEqual({ close_date: "2026-11-15" });
  });
  it("never becomes shorter than a day", () => {
    const one = bar(1, "2026-11-10", "2026-11-12");
    expect(stretched(one, "end", -9)).toEqual({ start: day("2026-11-10"), end: day("2026-11-11") });
    expect(stretched(one, "start", 9)).toEqual({ start: day("2026-11-12"), end: day("2026-11-13") });
    expect(stretched(one, "move", -1)).toEqual({ start: day("2026-11-09"), end: day("2026-11-12") });
  });
  it("groups by stage in its own order, folded groups keep their head", () => {
    const rows = rowsOf(object, [bar(1, "2026-11-10", "2026-11-12", "b"), bar(2, "2026-11-01", "2026-11-12"), bar(3, "2026-10-01", "2026-11-12")], "stage", new Set(["B"]), "-");
    expect(rows.map((row) => (row.kind === "group" ? `${row.label}/${row.count}` : row.bar.id))).toEqual(["A/2", 3, 2, "B/1"]);
    expect(rowsOf(object, [bar(1, "2026-11-10", "2026-11-12")], "none", new Set(), "-")).toHaveLength(1);
  });
});
