// The list a record was opened from: its order for previous and next, its address for the way back, kept for this tab. Pure but for the storage.
import type { Page, RecordData } from "@/meta/types";

export interface ListQueryKey { filter?: string; sort?: string; q?: string }
export interface ListContext { object: string; address: string; query: ListQueryKey; ids: number[]; next: string | null }
export interface Candidate { query: ListQueryKey; pages: Page[]; seen: number }

const KEPT = 1000;
const storage = (object: string): string => `haike.list.${object}`;

/** Of the lists that hold the record, the one whose filter the address names, else the one seen last. */
export function chooseList(candidates: Candidate[], id: number, filter: string | null): Candidate | undefined {
  const holding = candidates.filter((item) => item.pages.some((page) => page.items.some((record) => record.id === id)));
  const latest = [...holding].sort((a, b) => b.seen - a.seen);
  return (filter === null ? undefined : latest.find((item) => (item.query.filter ?? "") === filter)) ?? latest[0];
}

export function idsOf(pages: Page[]): number[] {
  return [...new Set(pages.flatMap((page) => page.items.map((record: RecordData) => record.id)))];
}

/** Where somebody stands and what is beside; what was loaded later is only added. */
export function neighbours(ids: number[], id: number): { place: number; previous: number | null; next: number | null } {
  const place = ids.indexOf(id);
  if (place < 0) return { place, previous: null, next: null };
  return { place, previous: ids[place - 1] ?? null, next: ids[place + 1] ?? null };
}

export function merged(ids: number[], more: number[]): number[] {
  return [...new Set([...ids, ...more])];
}

export function keepList(context: ListContext): void {
  try {
    sessionStorage.setItem(storage(context.object), JSON.stringify({ ...context, ids: context.ids.slice(0, KEPT), next: context.ids.length > KEPT ? null : context.next }));
  } catch {
    // previous and next are a convenience
  }
}
export function keptList(object: string): ListContext | null {
  try {
    return JSON.parse(sessionStorage.getItem(storage(object)) ?? "null") as ListContext | null;
  } catch {
    return null;
  }
}
