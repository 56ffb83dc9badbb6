// Questions asked of a record's history: one field's changes, the time spent in each stage.
import * as api from "@/lib/api";
import type { Json, Ref } from "@/meta/types";
import { asText } from "@/meta/types";

export interface FieldEvent { id: number; via: string | null; version: number; at: string; user: Ref | null; from: Json; to: Json }
export interface FieldEvents { items: FieldEvent[]; whole: boolean }
const PAGES = 5;
const ENOUGH = 10;

export function eventsOf(items: api.HistoryItem[], name: string): FieldEvent[] {
  return items.flatMap((item) => item.changes.filter((change) => change.field === name).map((change) => ({ id: item.id, via: item.via ?? null, version: item.version, at: item.at, user: item.user, from: change.from, to: change.to })));
}

/** The latest changes of a field, looked for in the newest pages only: a record with a long life is not read whole for a glance. */
export async function fieldHistory(object: string, id: number, name: string): Promise<FieldEvents> {
  const found: FieldEvent[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const answer: api.History = await api.history(object, id, after);
    found.push(...eventsOf(answer.items, name));
    after = answer.next;
    if (after === null || found.length >= ENOUGH) break;
  }
  return { items: found, whole: after === null };
}

/** Days spent in each stage that was left, newest stay counted with the older ones; events come newest first. */
export function stageDays(events: FieldEvent[], created: string): Map<string, number> {
  const days = new Map<string, number>();
  const oldest = [...events].reverse();
  let since = created;
  for (const event of oldest) {
    const key = asText(event.from);
    const length = (Date.parse(event.at) - Date.parse(since)) / 86_400_000;
    if (key && Number.isFinite(length)) days.set(key, (days.get(key) ?? 0) + Math.max(0, length));
    since = event.at;
  }
  return days;
}
