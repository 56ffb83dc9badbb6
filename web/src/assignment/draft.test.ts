import { describe, expect, it } from "vitest";
import { draftOf, emptyDraft, memberChanges, reordered, trialOf, valuesOf, type Member } from "./draft";

const member = (id: number | null, user: number, weight = 1, capacity: number | null = null): Member => ({ id, user: { id: user, name: `#${user}` }, weight, capacity, active: true });

describe("draft of a rule", () => {
  it("comes back as it was written", () => {
    const draft = { ...emptyDraft(20), name: " 华东 ", condition: "source = \"website\"", departments: [3], fallback: "user", fallback_user: { id: 7, name: "李娜" } };
    const values = valuesOf(draft, "lead");
    expect(values).toMatchObject({ name: "华东", object: "lead", order: 20, departments: [3], fallback_user: 7, escalate_user: null, condition: "source = \"website\"" });
    const again = draftOf({ id: 5, version: 1, ...values, departments: [{ id: 3, name: "华东" }], fallback_user: { id: 7, name: "李娜" } }, []);
    expect(again).toMatchObject({ id: 5, name: "华东", departments: [3], fallback: "user", fallback_user: { id: 7, name: "李娜" } });
  });
  it("names nobody for when nobody can unless that is chosen", () => {
    expect(valuesOf({ ...emptyDraft(1), fallback: "keep", fallback_user: { id: 7, name: null } }, "lead").fallback_user).toBeNull();
  });
  it("is tried out with its members, in effect or not", () => {
    const trial = trialOf({ ...emptyDraft(1), id: 9, active: false, members: [member(1, 4, 3, 20)] });
    expect(trial).toMatchObject({ id: 9, active: true, members: [{ user: 4, weight: 3, capacity: 20, active: true }] });
    expect(trial).not.toHaveProperty("object");
  });
  it("sends of its members what changed", () => {
    const before = [member(1, 4), member(2, 5), member(3, 6)];
    const after = [member(1, 4), { ...member(2, 5), weight: 2 }, member(null, 8)];
    expect(memberChanges(before, after)).toEqual({ add: [{ user: 8, weight: 1, capacity: null, active: true }], change: [{ id: 2, values: { weight: 2, capacity: null, active: true } }], remove: [3] });
  });
});

describe("order of rules", () => {
  const rules = [{ id: 1, order: 10 }, { id: 2, order: 20 }, { id: 3, order: 30 }];
  const after = (changes: { id: number; order: number }[]): number[] => rules.map((rule) => ({ ...rule, ...changes.find((change) => change.id === rule.id) })).sort((a, b) => a.order - b.order || a.id - b.id).map((rule) => rule.id);
  it("moves one up, down, to the ends, and nowhere", () => {
    expect(after(reordered(rules, 3, 0))).toEqual([3, 1, 2]);
    expect(after(reordered(rules, 1, 2))).toEqual([2, 3, 1]);
    expect(after(reordered(rules, 2, 0))).toEqual([2, 1, 3]);
    expect(after(reordered(rules, 2, 1))).toEqual([1, 2, 3]);
    expect(reordered(rules, 99, 1)).toEqual([]);
  });
  it("tells rules of one order apart", () => {
    const same = [{ id: 1, order: 100 }, { id: 2, order: 100 }, { id: 3, order: 100 }];
    const changes = reordered(same, 3, 1);
    const orders = new Map(same.map((rule) => [rule.id, changes.find((change) => change.id === rule.id)?.order ?? rule.order]));
    expect([...orders.entries()].sort((a, b) => a[1] - b[1]).map(([id]) => id)).toEqual([1, 3, 2]);
    expect(new Set(orders.values()).size).toBe(3);
  });
});
