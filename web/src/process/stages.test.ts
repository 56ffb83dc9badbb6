import { describe, expect, it } from "vitest";
import type { FieldDef, ObjectDef, RecordData } from "@/meta/types";
import { blocking, missingFields, modeOfFilter, moved, sortStages, stageOptions } from "./stages";

const stage = (id: number, mode: number, order: number, key: string, more: Partial<RecordData> = {}): RecordData => ({ id, version: 1, mode: { id: mode, name: "m" }, order, key, label: key.toUpperCase(), outcome: "open", ...more });
const field: FieldDef = { id: 1, name: "stage", type: "choice", label: "Stage", options: [{ key: "a", label: "A of the field", color: "azure", probability: 0.1 }, { key: "won", label: "Won", outcome: "won" }] };

describe("stages", () => {
  it("are those of the mode, in their order", () => {
    expect(sortStages([stage(3, 1, 20, "b"), stage(1, 1, 10, "a"), stage(2, 2, 5, "c")], 1).map((item) => item.key)).toEqual(["a", "b"]);
  });
  it("stand for the field's options, with what the mode says of them", () => {
    const options = stageOptions([stage(1, 1, 1, "a", { probability: 0.4 }), stage(2, 1, 2, "won", { outcome: "won", label: "" }), stage(3, 1, 3, "x", { retired: true })], field);
    expect(options[0]).toEqual({ key: "a", label: "A", outcome: "open", color: "azure", probability: 0.4, retired: false });
    expect(options[1]).toMatchObject({ label: "Won", outcome: "won" });
    expect(options[2]).toMatchObject({ label: "X", retired: true });
  });
});

describe("the mode that a filter asks for", () => {
  it("is the one that it names", () => {
    expect(modeOfFilter("mode = 12")).toBe(12);
    expect(modeOfFilter('owner = me() and mode = 7 and name contains "mode = 9"')).toBe(7);
    expect(modeOfFilter("mode in (3)")).toBe(3);
  });
  it("is none where the filter asks for several, for another field or for what is not", () => {
    expect(modeOfFilter("")).toBeNull();
    expect(modeOfFilter("mode = 1 or mode = 2")).toBeNull();
    expect(modeOfFilter("not mode = 1")).toBeNull();
    expect(modeOfFilter("mode in (1, 2)")).toBeNull();
    expect(modeOfFilter("customer.mode = 1")).toBeNull();
    expect(modeOfFilter("travel_mode = 1")).toBeNull();
    expect(modeOfFilter('name contains "mode = 9"')).toBeNull();
  });
});

describe("what is missing", () => {
  const object = { name: "opportunity", fields: [{ id: 1, name: "amount", type: "money", label: "Amount" }] } as unknown as ObjectDef;
  const missing = [{ stage: "a", message: "is required", field: "amount", label: "Amount" }, { stage: "a", message: "first do", task: { title: "T" } }, { stage: "b", message: "no", criteria: "b" }, { stage: "a", message: "?", field: "gone" }];
  it("is what a form can fill, and the rest", () => {
    expect(missingFields(object, missing).map((item) => item.name)).toEqual(["amount"]);
    expect(blocking(missing).map((item) => item.message)).toEqual(["first do", "no"]);
  });
});

describe("an order", () => {
  it("is changed by moving one", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, -5)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b"], 5, 0)).toEqual(["a", "b"]);
  });
});
