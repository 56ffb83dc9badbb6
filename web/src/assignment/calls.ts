// Calls of assignment: where records would go, how it went, what a card says.
import { request } from "@/lib/http";
import type { Json, Ref, Values } from "@/meta/types";

export type Outcome = "chosen" | "fallback" | "pooled" | "kept" | "none";
/** How somebody stood when it was decided; reason: why he was passed over. */
export interface Candidate { user: number; considered: boolean; reason?: string; deputy?: number; open?: number; capacity?: number; weight?: number; turn?: number; score?: number; rule?: string }
export interface Trial { record: Ref | null; outcome: Outcome; rule: { id: number | null; name: string } | null; method?: string; chosen: Ref | null; instead_of: Ref | null; candidates: Candidate[] }
export interface Simulation { items: Trial[]; people: { user: Ref | null; count: number }[]; rules: { id: number; count: number }[] }
export interface ReportLine { user: Ref | null; assigned: number; qualified: number; converted: number; won_amount: number | null; response_minutes: number | null; responded: number; overdue: number }
export interface CardItem { field: string; value: string; text: string; at: number; length: number }
export interface Card { values: Values; items: CardItem[] }

export const simulate = (object: string, rule: Values | null, values: Values, signal?: AbortSignal): Promise<Simulation> =>
  request("POST", "/assignment/simulate", { body: { object, ...(rule ? { rule } : {}), values } as Json, signal });
export const fairness = (object: string, from: string, to: string, signal?: AbortSignal): Promise<{ items: ReportLine[] }> => request("GET", "/assignment/report", { query: { object, from, to }, signal });
export const readCard = (text: string, signal?: AbortSignal): Promise<Card> => request("POST", "/leads/parse", { body: { text }, signal });

export function asCandidates(value: Json | undefined): Candidate[] {
  return Array.isArray(value) ? value.filter((item): item is { [key: string]: Json } => item !== null && typeof item === "object" && !Array.isArray(item) && typeof item.user === "number").map((item) => item as unknown as Candidate) : [];
}
