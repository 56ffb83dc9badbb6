// What pools say in words and figures: rules as sentences, limits, days that are left, movements. Pure: of values, the day and the reader's language.
import { dayDistance, parseDate } from "@/lib/format";
import { asNumber, asRef, asText, type Json, type RecordData } from "@/meta/types";
import type { PoolInfo } from "./calls";

export type Say = (key: string, values?: Record<string, unknown>) => string;

/** A rule as it is read: "14 days without an effective follow-up → recycled, told 3 days before". */
export function ruleSentence(rule: Record<string, Json | undefined>, t: Say): string {
  const n = asNumber(rule.days) ?? 0;
  const clock = asText(rule.clock) || "follow_up";
  const what = clock === "deal" ? t("pool.afterDeal", { n }) : clock === "gained" ? t("pool.afterGained", { n }) : t("pool.afterFollowUp", { n });
  const warn = asNumber(rule.warn_days) ?? 0;
  return warn > 0 ? t("pool.ruleWarned", { what, n: warn }) : t("pool.rulePlain", { what });
}

/** Why a record goes, without what happens to it: "14 days without an effective follow-up". */
export function ruleCause(rule: Record<string, Json | undefined>, t: Say): string {
  const n = asNumber(rule.days) ?? 0;
  const clock = asText(rule.clock) || "follow_up";
  return clock === "deal" ? t("pool.afterDeal", { n }) : clock === "gained" ? t("pool.afterGained", { n }) : t("pool.afterFollowUp", { n });
}

export type MeterTone = "ok" | "soon" | "now";
export interface Meter { limit: number; used: number; left: number; /** 0 to 1 */ share: number; tone: MeterTone }

/** How far a limit is used up; null where there is none. */
export function meter(limit: number | null, used: number): Meter | null {
  if (limit === null) return null;
  const left = Math.max(0, limit - used);
  const share = limit > 0 ? Math.min(1, used / limit) : 1;
  return { limit, used, left, share, tone: left === 0 ? "now" : share >= 0.8 ? "soon" : "ok" };
}

/** The day from which the former owner may claim it again, while that day is still to come. */
export function cooldownUntil(record: Record<string, Json | undefined>, pool: Pick<PoolInfo, "cooldown_days">, me: number, now: Date): Date | null {
  const since = parseDate(asText(record.pooled_at));
  if (!since || !pool.cooldown_days || asRef(record.former_owner)?.id !== me) return null;
  const until = new Date(since.getFullYear(), since.getMonth(), since.getDate() + pool.cooldown_days);
  return dayDistance(until, now) > 0 ? until : null;
}

export interface Countdown { days: number; tone: "quiet" | "soon" | "now" }
/** How many days are left until the sweep takes it; it warns as early as the rule does, and always in the last day. */
export function countdown(recycleAt: string, warnDays: number, now: Date): Countdown | null {
  const date = parseDate(recycleAt);
  if (!date) return null;
  const days = dayDistance(date, now);
  return { days, tone: days <= 0 ? "now" : days <= Math.max(1, warnDays) ? "soon" : "quiet" };
}

export function countdownText({ days }: Countdown, pool: string, t: Say): string {
  if (days > 0) return pool ? t("pool.leavesIn", { n: days, pool }) : t("pool.leavesInAny", { n: days });
  return pool ? t("pool.leavesToday", { pool }) : t("pool.leavesTodayAny");
}

/** Days that a record has lain in its pool. */
export function daysIn(pooledAt: string, now: Date): number {
  const date = parseDate(pooledAt);
  return date ? Math.max(0, -dayDistance(date, now)) : 0;
}

/** What happened, for a line that begins with who did it. */
export function movementWhat(movement: RecordData, t: Say): string {
  const [from, to, rule] = [asRef(movement.from_user)?.name ?? "", asRef(movement.to_user)?.name ?? "", asRef(movement.rule)?.name ?? ""];
  switch (asText(movement.kind)) {
    case "claim": return t("pool.moved.claim");
    case "release": return from && from !== movementWho(movement) ? t("pool.moved.releaseFrom", { from }) : t("pool.moved.release");
    case "recycle": return rule ? t("pool.moved.recycleBy", { rule, from: from || t("pool.somebody") }) : t("pool.moved.recycle", { from: from || t("pool.somebody") });
    case "assign": return t("pool.moved.assign", { to: to || t("pool.somebody") });
    case "import": return t("pool.moved.import");
    default: return to ? t("pool.moved.returnTo", { to }) : t("pool.moved.return");
  }
}

/** Why, where what happened does not say so already. */
export function movementReason(movement: RecordData): string {
  const reason = asText(movement.reason);
  return reason === asRef(movement.rule)?.name ? "" : reason;
}

/** Who did it: who claimed, who released; the system where a rule did. */
export function movementWho(movement: RecordData): string | null {
  const kind = asText(movement.kind);
  const own = kind === "claim" ? asRef(movement.to_user)?.name : kind === "release" ? (asRef(movement.created_by)?.name ?? asRef(movement.from_user)?.name) : kind === "recycle" ? null : asRef(movement.created_by)?.name;
  return own ?? null;
}

export interface FlowDay { day: string; size: number; counts: Map<string, number> }
/** Each day of a period with what went in (counted up) and out (counted down) by kind, and the size at its end, reckoned back from the size at the end of the period. */
export function flowDays(report: { size: number; in: { day: string; kind: string; count: number }[]; out: { day: string; kind: string; count: number }[] }, from: string, to: string): FlowDay[] {
  const days: FlowDay[] = [];
  const byDay = new Map<string, FlowDay>();
  const last = parseDate(to);
  for (const date = parseDate(from); date && last && date <= last && days.length < 1000; date.setDate(date.getDate() + 1)) {
    const day = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
    const item: FlowDay = { day, size: 0, counts: new Map() };
    days.push(item);
    byDay.set(day, item);
  }
  const add = (list: { day: string; kind: string; count: number }[], sign: 1 | -1): void => {
    for (const { day, kind, count } of list) {
      const item = byDay.get(day.slice(0, 10));
      if (item) item.counts.set(kind, (item.counts.get(kind) ?? 0) + sign * count);
    }
  };
  add(report.in, 1);
  add(report.out, -1);
  let size = report.size;
  for (const item of [...days].reverse()) {
    item.size = Math.max(0, size);
    for (const count of item.counts.values()) size -= count;
  }
  return days;
}

/** The list with what was just taken still at its place for a moment, so that the reader sees what became of it; what is gone is left out. */
export function withGhosts<T extends { id: number }>(items: T[], ghosts: { record: T; index: number }[], gone: ReadonlySet<number>): T[] {
  if (!ghosts.length && !gone.size) return items;
  const kept = new Set(ghosts.map((ghost) => ghost.record.id));
  const list = items.filter((item) => !kept.has(item.id) && !gone.has(item.id));
  for (const ghost of [...ghosts].sort((a, b) => a.index - b.index)) list.splice(Math.min(ghost.index, list.length), 0, ghost.record);
  return list;
}

/** What each rule's place becomes when one is moved: only those that change, by id. */
export function reordered(rules: { id: number; order: number }[], from: number, to: number): { id: number; order: number }[] {
  const list = [...rules];
  const [moved] = list.splice(from, 1);
  if (!moved || to < 0 || to > list.length) return [];
  list.splice(to, 0, moved);
  return list.flatMap((rule, index) => ((index + 1) * 10 === rule.order ? [] : [{ id: rule.id, order: (index + 1) * 10 }]));
}
