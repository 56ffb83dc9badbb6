// Groups of a list: what each one is called, the filter that holds its rows, and the order in which all stands on the screen.
import { isoDate } from "@/lib/format";
import { allOf, quote } from "@/lib/filter";
import { option, shownType } from "@/meta/catalog";
import { asNumber, asRef, type AggregateRow, type FieldDef, type Json, type RecordData } from "@/meta/types";
import type { DatePart } from "./fields";

export interface ListGroup {
  key: string;
  value: Json;
  /** null where nothing is filled in: the interface has the words for it */
  label: string | null;
  count: number;
  filter: string;
  row: AggregateRow;
}
export type ListRow =
  | { kind: "group"; key: string; group: ListGroup }
  | { kind: "record"; key: string; record: RecordData; group: ListGroup | null }
  | { kind: "more"; key: string; group: ListGroup };

const pad = (value: number): string => String(value).padStart(2, "0");

/** The first and last day of "2026-11-22", "2026-W47", "2026-11", "2026-Q4" or "2026". */
export function daysOf(part: DatePart, key: string): [string, string] | null {
  const match = /^(\d{4})(?:-(?:W(\d{2})|Q([1-4])|(\d{2})(?:-(\d{2}))?))?$/.exec(key);
  if (!match) return null;
  const year = Number(match[1]);
  if (part === "day") return match[5] ? [key, key] : null;
  if (part === "year") return [`${match[1]}-01-01`, `${match[1]}-12-31`];
  if (part === "week") {
    if (!match[2]) return null;
    // the fourth of January is always in the first week
    const fourth = new Date(year, 0, 4);
    const monday = new Date(year, 0, 4 - ((fourth.getDay() + 6) % 7) + (Number(match[2]) - 1) * 7);
    return [isoDate(monday), isoDate(new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 6))];
  }
  const first = part === "quarter" ? (Number(match[3]) - 1) * 3 : Number(match[4]) - 1;
  if (Number.isNaN(first)) return null;
  const last = new Date(year, first + (part === "quarter" ? 3 : 1), 0);
  return [`${match[1]}-${pad(first + 1)}-01`, isoDate(last)];
}

/** What selects the rows of one group. */
export function groupFilter(field: FieldDef, part: DatePart | null, value: Json): string {
  if (value === null || value === "") return `is_null(${field.name})`;
  const ref = asRef(value);
  if (ref) return `${field.name} = ${ref.id}`;
  if (typeof value === "boolean") return `${field.name} = ${value}`;
  if (part) {
    const days = daysOf(part, String(value));
    if (days) return `${field.name} between ${days[0]} and ${days[1]}`;
    return `${part}(${field.name}) = ${quote(String(value))}`;
  }
  return typeof value === "number" ? `${field.name} = ${value}` : `${field.name} = ${quote(String(value))}`;
}

function labelOf(field: FieldDef, part: DatePart | null, value: Json): string | null {
  if (value === null || value === "") return null;
  const ref = asRef(value);
  if (ref) return ref.name ?? `#${ref.id}`;
  return part ? String(value) : (option(field, String(value))?.label ?? String(value));
}

function keyOf(value: Json): string {
  const ref = asRef(value);
  return ref ? `#${ref.id}` : value === null || value === "" ? "" : String(value);
}

/** Options keep their own order, dates run backwards, names follow the alphabet; what is empty stands last. */
export function groupsOf(field: FieldDef, part: DatePart | null, name: string, rows: AggregateRow[], base: string, lang: string): ListGroup[] {
  const groups = rows.map((row): ListGroup => {
    const value = row[name] ?? null;
    return { key: keyOf(value), value, label: labelOf(field, part, value), count: asNumber(row["count()"]) ?? 0, filter: allOf(base, groupFilter(field, part, value)), row };
  });
  const place = new Map((field.options ?? []).map((item, index) => [item.key, index]));
  const byName = new Intl.Collator(lang).compare;
  return groups.sort((a, b) => {
    if (a.label === null || b.label === null) return a.label === null ? (b.label === null ? 0 : 1) : -1;
    if (part) return b.key < a.key ? -1 : b.key > a.key ? 1 : 0;
    if (shownType(field) === "choice") return (place.get(a.key) ?? 1e6) - (place.get(b.key) ?? 1e6);
    if (shownType(field) === "boolean") return a.value === b.value ? 0 : a.value ? -1 : 1;
    return byName(a.label, b.label);
  });
}

/** Rows in the order they had, so that nothing jumps under the hands of whoever edits: what is new takes its own place, what is gone leaves. */
export function steady(items: RecordData[], held: number[] | undefined): RecordData[] {
  if (!held) return items;
  const byId = new Map(items.map((item) => [item.id, item]));
  const known = held.flatMap((id) => byId.get(id) ?? []);
  const before = new Set(held);
  let next = 0;
  return items.map((item) => (before.has(item.id) ? (known[next++] ?? item) : item));
}

interface Loaded { items: RecordData[]; hasMore: boolean; pending: boolean }

/** Everything in the order of the screen; an open group whose rows have not all come ends in a row that asks for them. */
export function layOut(groups: ListGroup[], folded: Set<string>, loaded: (key: string) => Loaded | undefined): ListRow[] {
  const rows: ListRow[] = [];
  for (const group of groups) {
    rows.push({ kind: "group", key: `g:${group.key}`, group });
    if (folded.has(group.key)) continue;
    const pages = loaded(group.key);
    for (const record of pages?.items ?? []) rows.push({ kind: "record", key: `${group.key}:${record.id}`, record, group });
    if (!pages || pages.pending || pages.hasMore) rows.push({ kind: "more", key: `m:${group.key}`, group });
  }
  return rows;
}
