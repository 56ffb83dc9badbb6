import { describe, expect, it } from "vitest";
import { atRules, draftOf, modelValues, newKey, perTier, proposed, ruleOperations, trialRules } from "./draft";

const name = (tier: string): string => tier.toUpperCase();

describe("a tier model being edited", () => {
  it("is read from records and written back as it was", () => {
    const model = { id: 4, version: 1, name: "m", active: true, cuts: "quintiles", recency: "max(a.b)", recency_cuts: "1, 2, 3, 4", frequency: null, frequency_cuts: null, monetary: null, monetary_cuts: null };
    const draft = draftOf(model, [{ id: 9, version: 1, tier: "lost", condition: null, follow_up_days: 7 }]);
    expect(draft.rules[0]).toMatchObject({ id: 9, tier: "lost", condition: "", days: 7 });
    expect(modelValues(draft)).toEqual({ name: "m", active: true, cuts: "quintiles", recency: "max(a.b)", recency_cuts: "1, 2, 3, 4", frequency: null, frequency_cuts: null, monetary: null, monetary_cuts: null });
    expect(ruleOperations(draft, draft.rules, 4, name)).toEqual({ operations: [], place: [] });
  });

  it("writes only what changed, and says which rule each operation is about", () => {
    const stored = proposed("m").rules.map((rule, at) => ({ ...rule, id: at + 1 }));
    const draft = { ...proposed("m"), id: 4, rules: [stored[0]!, stored[2]!, { key: newKey(), id: null, tier: "normal", condition: " level = \"A\" ", days: null }] };
    const { operations, place } = ruleOperations(draft, stored, 4, name);
    expect(operations.map((one) => [one.op, one.id])).toEqual([["delete", 2], ["delete", 4], ["delete", 5], ["update", 3], ["create", undefined]]);
    expect(operations[3]?.values).toMatchObject({ order: 20, tier: "lost" });
    expect(operations[4]?.values).toEqual({ order: 30, tier: "normal", condition: 'level = "A"', follow_up_days: null, model: 4, name: "NORMAL" });
    expect(place).toEqual([-1, -1, -1, 1, 2]);
    expect(atRules({ "items[4].values.condition": "no", "items[0].id": "gone", "": "all" }, place)).toEqual({ "rules[2].condition": "no", "items[0].id": "gone", "": "all" });
    expect(trialRules(draft)[2]).toEqual({ tier: "normal", condition: ' level = "A" ' });
  });

  it("counts tiers now and then", () => {
    const moves = [{ from: null, to: "lost", count: 3 }, { from: "lost", to: "lost", count: 5 }, { from: "normal", to: null, count: 1 }];
    expect(perTier(moves, ["normal", "lost"])).toEqual([{ tier: "normal", now: 1, then: 0 }, { tier: "lost", now: 5, then: 8 }, { tier: null, now: 3, then: 1 }]);
    expect(perTier(moves.slice(1, 2), ["normal", "lost"])).toHaveLength(2);
  });
});
