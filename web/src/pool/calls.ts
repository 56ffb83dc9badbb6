// What the server says of public pools beside their records: whose they are and how much is left today, what a sweep would do, what went in and out.
import { randomKey, request } from "@/lib/http";
import type { Ref, Values } from "@/meta/types";

/** A limit and what is used of it; null: no limit. */
export interface PoolInfo {
  id: number;
  name: string;
  object: string;
  label: string;
  member: boolean;
  administrator: boolean;
  size: number;
  claim: { daily: number | null; today: number };
  holding: { limit: number | null; now: number };
  view: { daily: number | null; today: number };
  cooldown_days: number | null;
  masked: boolean;
  active?: boolean;
}
export interface SimulatedItem { object: string; id: number; name: string | null; owner: Ref | null; rule: Ref | null; due_at: string | null; last_effective_at: string | null; reason: string }
/** What a sweep on a day would take, from whom and by which rule; of the records the first two hundred. */
export interface Simulation {
  count: number;
  by_owner: { owner: Ref | null; count: number }[];
  by_rule: { rule: Ref | null; count: number }[];
  items: SimulatedItem[];
  protected: number;
}
export interface DayCount { day: string; kind: string; count: number }
export interface PoolReport {
  size: number;
  in: DayCount[];
  out: DayCount[];
  people: { user: Ref; claimed: number; released: number; recycled: number; won: number }[];
  waiting_days: { median: number | null; p90: number | null };
}
/** rule: one that is not stored, or another form of a stored one (with its id). */
export interface SimulateRequest { at?: string; pool?: number; object: string; rule?: Values }

export const listPools = (signal?: AbortSignal): Promise<{ items: PoolInfo[] }> => request("GET", "/pools", { signal });
export const simulate = (body: SimulateRequest, signal?: AbortSignal): Promise<Simulation> => request("POST", "/pools/simulate", { body: { ...body }, signal });
export const poolReport = (pool: number, from: string, to: string, signal?: AbortSignal): Promise<PoolReport> => request("GET", `/pools/${pool}/report`, { query: { from, to }, signal });
export const sweepPools = (): Promise<{ job: number }> => request("POST", "/pools/sweep", { body: {}, idempotencyKey: randomKey() });
