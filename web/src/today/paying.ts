// The order in which due work pays: what is overdue first, the most worth first; then today's, then what comes; what has lain for a month comes last.
import { dayDistance, dueState, parseDate } from "@/lib/format";
import { amountField, field, stageField } from "@/meta/catalog";
import { asNumber, asText, type ObjectDef, type RecordData, type RecordRef } from "@/meta/types";

export interface DueItem {
  object: ObjectDef;
  record: RecordData;
  at: string;
  title: string;
  target: RecordRef | null;
  isTask: boolean;
  /** the deal, customer or lead the work is for, where it is known */
  about: { object: ObjectDef; record: RecordData } | null;
}
export interface Worth { amount: number | null; probability: number | null; level: string; worth: number }

export const LONG_LATE_DAYS = 30;
const LEVEL_WORTH: Record<string, number> = { A: 200_000, B: 80_000, C: 30_000, D: 10_000 };
const UNKNOWN_WORTH = 40_000;
const PRIORITY: Record<string, number> = { urgent: 2, high: 1.4, normal: 1, low: 0.5 };

/** What an hour spent on it may bring: the deal's amount by its chance, else what a customer of this level is usually worth. */
export function worthOf(item: DueItem): Worth {
  const about = item.about;
  const stage = about && stageField(about.object);
  const option = stage?.options?.find((candidate) => candidate.key === asText(about?.record[stage.name]));
  const isDeal = option?.probability !== undefined;
  const amount = about ? asNumber(about.record[amountField(about.object)?.name ?? ""]) || null : null;
  const probability = isDeal ? (asNumber(about?.record.probability) ?? option.probability ?? null) : null;
  const level = about && field(about.object, "level") ? asText(about.record.level) : "";
  const base = isDeal ? (amount ?? UNKNOWN_WORTH) * (probability ?? 0.2) : (LEVEL_WORTH[level] ?? UNKNOWN_WORTH) + (amount ?? 0) * 0.1;
  return { amount, probability, level, worth: base * (item.isTask ? (PRIORITY[asText(item.record.priority)] ?? 1) : 1) };
}

function rank(item: DueItem, now: Date): number {
  const state = dueState(item.at, now);
  const days = -dayDistance(parseDate(item.at) ?? now, now);
  if (state === "late") return days > LONG_LATE_DAYS ? 1000 : 0;
  return state === "today" ? 1 : 1 - days;
}

export function inPayingOrder(items: DueItem[], now: Date): DueItem[] {
  return items.map((item) => ({ item, rank: rank(item, now), worth: worthOf(item).worth })).sort((a, b) => a.rank - b.rank || b.worth - a.worth).map((found) => found.item);
}
