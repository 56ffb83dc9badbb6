// Calls of tier models: trying one out, computing now, storing its rules in one go.
import { randomKey, request } from "@/lib/http";
import type { Json, Values } from "@/meta/types";

export interface Move { from: string | null; to: string | null; count: number }
export interface Trial {
  /** customers there are, and how many of them were looked at */
  count: number;
  looked_at: number;
  moves: Move[];
  /** some of those that move */
  items: { id: number; name: string; from: string | null; to: string | null }[];
  recency_cuts?: number[];
  frequency_cuts?: number[];
  monetary_cuts?: number[];
}
export interface RuleOperation { op: "create" | "update" | "delete"; id?: number; values?: Values }

export const tryTiers = (body: { values: Values; rules: Values[] }, signal?: AbortSignal): Promise<Trial> => request("POST", "/tiers/preview", { body, signal });
export const runTiers = (model: number): Promise<null> => request("POST", `/tiers/${model}/run`, { body: {} });
export const storeRules = (operations: RuleOperation[]): Promise<Json> => request("POST", "/records/tier_rule/batch", { body: { items: operations as unknown as Json }, idempotencyKey: randomKey() });
