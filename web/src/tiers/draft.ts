// A tier model as it is being edited: its values, its rules in their order, and what has to be written to store them.
import { asNumber, asText, type RecordData, type Values } from "@/meta/types";
import type { Move, RuleOperation } from "./calls";

export const MEASURES = ["recency", "frequency", "monetary"] as const;
export type Measure = (typeof MEASURES)[number];
export interface DraftRule { key: number; id: number | null; tier: string; condition: string; days: number | null }
export interface Draft {
  id: number | null;
  name: string;
  active: boolean;
  cuts: "fixed" | "quintiles";
  measures: Record<Measure, { expression: string; cuts: string }>;
  rules: DraftRule[];
}

let made = 0;
export const newKey = (): number => ++made;

/** What most companies start from: won deals of the customer. */
export function proposed(name: string): Draft {
  const rule = (tier: string, condition: string, days: number | null): DraftRule => ({ key: newKey(), id: null, tier, condition, days });
  return {
    id: null, name, active: false, cuts: "fixed",
    measures: {
      recency: { expression: 'max(opportunities.close_date, stage = "won")', cuts: "30, 90, 180, 365" },
      frequency: { expression: 'count(opportunities, stage = "won")', cuts: "1, 2, 4, 8" },
      monetary: { expression: 'sum(opportunities.amount, stage = "won")', cuts: "10000, 50000, 200000, 1000000" },
    },
    rules: [rule("high_value", "rfm_monetary >= 4 and rfm_recency >= 3", 14), rule("at_risk", "rfm_frequency >= 3 and rfm_recency <= 2", 7), rule("lost", "won_amount > 0 and rfm_recency = 1", 90), rule("potential", "open_amount > 0", 14), rule("normal", "", 60)],
  };
}

export function draftOf(model: RecordData, rules: RecordData[]): Draft {
  const text = (name: string): string => asText(model[name]);
  return {
    id: model.id, name: text("name"), active: model.active === true, cuts: text("cuts") === "quintiles" ? "quintiles" : "fixed",
    measures: Object.fromEntries(MEASURES.map((measure) => [measure, { expression: text(measure), cuts: text(`${measure}_cuts`) }])) as Draft["measures"],
    rules: rules.map((rule) => ({ key: newKey(), id: rule.id, tier: asText(rule.tier), condition: asText(rule.condition), days: asNumber(rule.follow_up_days) })),
  };
}

export function modelValues(draft: Draft): Values {
  const values: Values = { name: draft.name, active: draft.active, cuts: draft.cuts };
  for (const measure of MEASURES) {
    values[measure] = draft.measures[measure].expression.trim() || null;
    values[`${measure}_cuts`] = draft.measures[measure].cuts.trim() || null;
  }
  return values;
}

const ruleValues = (rule: DraftRule, at: number): Values => ({ order: (at + 1) * 10, tier: rule.tier, condition: rule.condition.trim() || null, follow_up_days: rule.days });

/** Rules as a trial takes them. */
export const trialRules = (draft: Draft): Values[] => draft.rules.map((rule) => ({ tier: rule.tier, condition: rule.condition }));

/** What makes the stored rules the draft's; place[i]: which rule of the draft operation i is about (-1: one that goes). */
export function ruleOperations(draft: Draft, stored: DraftRule[], model: number, nameOf: (tier: string) => string): { operations: RuleOperation[]; place: number[] } {
  const operations: RuleOperation[] = [];
  const place: number[] = [];
  for (const rule of stored.filter((one) => !draft.rules.some((kept) => kept.id === one.id))) {
    operations.push({ op: "delete", id: rule.id ?? 0 });
    place.push(-1);
  }
  draft.rules.forEach((rule, at) => {
    const values = ruleValues(rule, at);
    const was = stored.findIndex((one) => one.id === rule.id);
    if (rule.id === null) operations.push({ op: "create", values: { ...values, model, name: nameOf(rule.tier) || "-" } });
    else if (was < 0 || JSON.stringify(ruleValues(stored[was]!, was)) !== JSON.stringify(values)) operations.push({ op: "update", id: rule.id, values: { ...values, name: nameOf(rule.tier) || "-" } });
    else return;
    place.push(at);
  });
  return { operations, place };
}

/** How many are in each tier now and would be, in the order of the tiers; those without one come last. */
export function perTier(moves: Move[], tiers: string[]): { tier: string | null; now: number; then: number }[] {
  const all: (string | null)[] = [...tiers, null];
  return all.map((tier) => ({ tier, now: moves.filter((move) => move.from === tier).reduce((sum, move) => sum + move.count, 0), then: moves.filter((move) => move.to === tier).reduce((sum, move) => sum + move.count, 0) })).filter((row) => row.tier !== null || row.now || row.then);
}

/** Errors of a batch, `items[2].values.condition`, at the draft's rules: `rules[1].condition`. */
export function atRules(errors: Record<string, string>, place: number[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [path, message] of Object.entries(errors)) {
    const found = /^\w+\[(\d+)\]\.(?:values\.)?(\w+)/.exec(path);
    const at = found ? (place[Number(found[1])] ?? -1) : -1;
    result[found && at >= 0 ? `rules[${at}].${found[2]}` : path] = message;
  }
  return result;
}
