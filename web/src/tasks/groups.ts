// Open tasks by when they are due, and what was done of late.
import { dayDistance, dueState, parseDate } from "@/lib/format";
import { option, stageField } from "@/meta/catalog";
import { asText, type ObjectDef, type RecordData } from "@/meta/types";

export type GroupKey = "overdue" | "today" | "week" | "later" | "none" | "done";
export interface TaskGroup { key: GroupKey; records: RecordData[] }
const ORDER: GroupKey[] = ["overdue", "today", "week", "later", "none", "done"];
const WEIGHT: Record<string, number> = { urgent: 0, high: 1, normal: 2, low: 3 };

export function isClosed(object: ObjectDef, record: RecordData): boolean {
  const status = stageField(object);
  const outcome = status && option(status, asText(record[status.name]))?.outcome;
  return outcome === "won" || outcome === "lost";
}
export function groupOf(object: ObjectDef, record: RecordData, now: Date, weekStart: number): GroupKey {
  if (isClosed(object, record)) return "done";
  const text = asText(record.due_at);
  const due = parseDate(text);
  if (!due) return "none";
  const state = dueState(text, now);
  if (state === "late") return "overdue";
  if (state === "today") return "today";
  const left = 6 - ((now.getDay() - weekStart + 7) % 7);
  return dayDistance(due, now) <= left ? "week" : "later";
}
function order(a: RecordData, b: RecordData): number {
  const due = (asText(a.due_at) || "9").localeCompare(asText(b.due_at) || "9");
  return due || (WEIGHT[asText(a.priority)] ?? 2) - (WEIGHT[asText(b.priority)] ?? 2) || a.id - b.id;
}
/** @param held where a task stays though it has just changed: it must not jump away under the hand */
export function groupTasks(object: ObjectDef, records: RecordData[], now: Date, weekStart: number, held: ReadonlyMap<number, GroupKey> = new Map()): TaskGroup[] {
  const byKey = new Map<GroupKey, RecordData[]>(ORDER.map((key) => [key, []]));
  for (const record of records) byKey.get(held.get(record.id) ?? groupOf(object, record, now, weekStart))?.push(record);
  return ORDER.map((key) => ({ key, records: (byKey.get(key) ?? []).sort(key === "done" ? (a, b) => asText(b.completed_at).localeCompare(asText(a.completed_at)) : order) })).filter((group) => group.records.length);
}
