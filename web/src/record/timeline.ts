// What the timeline says: the entries that count, their kinds, groups by day, what a search finds. Pure.
import type { TimelineItem } from "@/lib/api";
import { formatDay, parseDate, type Lang } from "@/lib/format";
import { asText, type Json, type RecordData } from "@/meta/types";

/** The record an entry is about; kinds that come later are found the same way. */
export function entryRecord(item: TimelineItem): RecordData | undefined {
  const value = (item as unknown as Record<string, RecordData | undefined>)[item.kind];
  return item.kind === "change" ? undefined : value;
}

export const SHADOWS = ["last_followed_at", "next_follow_up", "stage_changed_at", "stage_due", "clock_at", "recycle_at", "recycle_rule", "assigned_at", "response_due_at", "first_response_at", "response_minutes"];
/** A movement into or out of a pool changes these, and is on the line itself. */
const MOVED = new Set(["pool", "in_pool", "pooled_at", "pool_reason", "former_owner", "gained_at"]);
/** A follow-up sets dates on its record by itself: it is on the line already, its shadow need not be. */
export function isShadow(item: TimelineItem): boolean {
  const changes = item.changes ?? [];
  return item.kind === "change" && changes.length > 0 && (changes.some((change) => change.field === "pool") || changes.every((change) => item.action === "follow_up" || SHADOWS.includes(change.field) || MOVED.has(change.field)));
}

/** By what an entry is filtered: follow-ups by their type, others by their kind. */
export function entryKind(item: TimelineItem): string {
  if (item.kind !== "activity") return item.kind;
  const type = asText(item.activity?.type);
  return type ? `activity.${type}` : "activity";
}

/** A change of stage is told by its own entry, which knows how long the stay was; where a record began is told by its creation. */
const STAGED = ["stage", "probability", "stage_changed_at", "stage_due", "closed_at"];
export function withoutDoubles(items: TimelineItem[]): TimelineItem[] {
  const told = new Set(items.filter((item) => item.kind === "stage_change").map((item) => item.at));
  return items.flatMap((item) => {
    if (item.kind === "stage_change") return asText(item.stage_change?.from) !== "" && item.stage_change?.from !== item.stage_change?.to ? [item] : [];
    if (item.kind !== "change" || !told.has(item.at) || !item.changes?.some((change) => change.field === "stage")) return [item];
    const changes = item.changes.filter((change) => !STAGED.includes(change.field));
    return changes.length ? [{ ...item, changes }] : [];
  });
}

export interface KindCount { key: string; n: number }
const PLACE = ["activity", "task", "event", "comment", "attachment", "pool_movement", "assignment_decision", "stage_change", "change"];

/** Kinds that occur, follow-ups together and by type, changes last. */
export function countKinds(items: TimelineItem[]): KindCount[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = entryKind(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const place = (key: string): number => { const at = PLACE.indexOf(key.split(".")[0] ?? ""); return at < 0 ? PLACE.length - 1.5 : at; };
  return [...counts].map(([key, n]) => ({ key, n })).sort((a, b) => place(a.key) - place(b.key) || b.n - a.n);
}

function words(value: Json | undefined): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(words).join(" ");
  return value !== null && typeof value === "object" && typeof value.name === "string" ? value.name : "";
}
const SEARCHED = ["name", "title", "content", "description", "location", "attachment", "file", "contact", "mentions", "participants", "reason", "from_user", "to_user"];

export function matches(item: TimelineItem, needle: string): boolean {
  const wanted = needle.trim().toLowerCase();
  if (!wanted) return true;
  const record = entryRecord(item);
  const said = [item.user?.name ?? "", ...SEARCHED.map((name) => words(record?.[name])), ...(item.changes ?? []).flatMap((change) => [words(change.from), words(change.to)])];
  return said.join("\n").toLowerCase().includes(wanted);
}

export interface Day { day: string; items: TimelineItem[] }
export function byDay(items: TimelineItem[], now: Date, lang: Lang): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const date = parseDate(item.at);
    const day = date ? formatDay(date, now, lang) : "";
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

export function entryKey(item: TimelineItem): string {
  const record = entryRecord(item);
  return record ? `${item.kind}:${record.id}` : `${item.kind}:${item.at}:${item.user?.id ?? 0}:${(item.changes ?? []).map((change) => change.field).join()}`;
}
