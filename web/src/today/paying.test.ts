import { describe, expect, it } from "vitest";
import type { ObjectDef } from "@/meta/types";
import { inPayingOrder, worthOf, type DueItem } from "./paying";

const now = new Date(2026, 10, 22, 9, 0);
const rights = { read: true, create: true, update: true, delete: true };
const deal: ObjectDef = { id: 13, name: "opportunity", label: "", rights, stage: "stage", fields: [
  { id: 1, name: "stage", type: "choice", label: "", options: [{ key: "proposal", label: "", probability: 0.5, outcome: "open" }, { key: "won", label: "", probability: 1, outcome: "won" }] },
  { id: 2, name: "amount", type: "money", label: "" }, { id: 3, name: "probability", type: "percent", label: "" },
] };
const customer: ObjectDef = { id: 11, name: "customer", label: "", rights, fields: [{ id: 4, name: "level", type: "choice", label: "" }] };
function dealDue(title: string, day: number, amount: number): DueItem {
  const record = { id: 1, version: 1, stage: "proposal", amount };
  return { object: deal, record, at: new Date(2026, 10, day, 8, 0).toISOString(), title, target: null, isTask: false, about: { object: deal, record } };
}

describe("due work", () => {
  it("puts overdue first, the larger first; today next; the far ones by day; what is long late last", () => {
    const items = [dealDue("soon", 24, 9e6), dealDue("today", 22, 1e4), dealDue("late small", 20, 1e5), dealDue("late large", 21, 9e5), dealDue("old", -20, 9e7)];
    items[1]!.at = new Date(2026, 10, 22, 18, 0).toISOString();
    expect(inPayingOrder(items, now).map((item) => item.title)).toEqual(["late large", "late small", "today", "soon", "old"]);
  });
  it("knows a deal by amount and chance, a customer by level", () => {
    expect(worthOf(dealDue("", 1, 1_000_000)).worth).toBe(500_000);
    const record = { id: 2, version: 1, level: "A" };
    expect(worthOf({ ...dealDue("", 1, 0), object: customer, record, about: { object: customer, record } }).worth).toBe(200_000);
  });
  it("weighs a task by its priority", () => {
    const plain = { ...dealDue("", 1, 1000), isTask: true };
    expect(worthOf({ ...plain, record: { ...plain.record, priority: "urgent" } }).worth).toBe(2 * worthOf(plain).worth);
  });
});
