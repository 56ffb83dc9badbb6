// Records as bars on a line of days, in groups.
import { addDays, endOfDays, startOfDay, toWireTime } from "@/calendar/dates";
import { dateFields, isDated, type DateFields, type DateSettings } from "@/calendar/items";
import { isDateOnly, isoDate, parseDate } from "@/lib/format";
import { field, isEditable, option, shownType, stageField } from "@/meta/catalog";
import { asRef, asText, type FieldDef, type ObjectDef, type RecordData, type Values } from "@/meta/types";

export interface GanttBar {
  key: string;
  object: string;
  id: number;
  title: string;
  /** whole days: from the first to the midnight after the last */
  start: Date;
  end: Date;
  milestone: boolean;
  tone: string;
  stage: string;
  owner: string;
  closed: boolean;
  record: RecordData;
}
export interface Place { start: Date; end: Date }
export type GroupBy = "none" | "owner" | "stage";
export type Row = { kind: "group"; key: string; label: string; count: number; tone: string } | { kind: "bar"; bar: GanttBar };

/** The first two dates of one kind that somebody gave an object of the organisation's own, whatever their names. */
function ownPair(object: ObjectDef): DateFields | null {
  const dated = object.custom ? object.fields.filter((item) => !item.system && isDated(item) && isEditable(object, item)) : [];
  for (const start of dated) {
    const end = dated.find((item) => dated.indexOf(item) > dated.indexOf(start) && shownType(item) === shownType(start));
    if (end) return { start, end };
  }
  return null;
}
/** Two dates to draw between: those the view names, else a pair that sounds like it, else an object's own two, else from the making to a date. */
export function planFields(object: ObjectDef, settings: DateSettings): DateFields | null {
  const found = dateFields(object, settings);
  if (!found || found.end || settings.start) return found;
  const pair = settings.end === undefined ? ownPair(object) : null;
  if (pair) return pair;
  const made = field(object, "created_at");
  const end = found.start;
  return made && end.name !== "created_at" && settings.end === undefined ? { start: made, end } : found;
}
export const canMove = (object: ObjectDef, fields: DateFields): boolean => isEditable(object, fields.start) && (!fields.end || isEditable(object, fields.end));
export const canStretch = (object: ObjectDef, item: FieldDef | null): boolean => item !== null && isEditable(object, item);

const isDate = (item: FieldDef): boolean => shownType(item) === "date";
export function barOf(object: ObjectDef, record: RecordData, fields: DateFields): GanttBar | null {
  const from = parseDate(asText(record[fields.start.name]));
  const to = fields.end ? parseDate(asText(record[fields.end.name])) : null;
  const one = from ?? to;
  if (!one) return null;
  const stage = stageField(object);
  const chosen = stage && option(stage, asText(record[stage.name]));
  const start = startOfDay(from ?? one);
  const last = to ?? one;
  const end = fields.end && isDate(fields.end) && isDateOnly(asText(record[fields.end.name])) ? addDays(startOfDay(last), 1) : endOfDays(last);
  const milestone = !(from && to);
  return {
    key: `${object.name}:${record.id}`, object: object.name, id: record.id, title: asText(record.title) || asText(record.name) || `#${record.id}`, start, end: end > start && !milestone ? end : addDays(start, 1),
    milestone, tone: chosen?.color ?? "brand", stage: chosen?.label ?? "", owner: asRef(record.owner)?.name ?? "", closed: chosen?.outcome === "won" || chosen?.outcome === "lost", record,
  };
}

/** A bar moved, or with one end moved: never less than a day. */
export function stretched(bar: Place, handle: "move" | "start" | "end", days: number): Place {
  if (handle === "move") return { start: addDays(bar.start, days), end: addDays(bar.end, days) };
  if (handle === "start") { const start = addDays(bar.start, days); return { start: start < bar.end ? start : addDays(bar.end, -1), end: bar.end }; }
  const end = addDays(bar.end, days);
  return { start: bar.start, end: end > bar.start ? end : addDays(bar.start, 1) };
}

/** What has to be written for a bar to stand there; hours of the day stay as they were. */
export function placedValues(bar: GanttBar, to: Place, fields: DateFields): Values {
  const values: Values = {};
  const shift = (item: FieldDef, by: number): void => {
    const before = parseDate(asText(bar.record[item.name]));
    if (!before || by === 0) return;
    values[item.name] = item.type === "date" ? isoDate(addDays(before, by)) : toWireTime(addDays(before, by));
  };
  const days = (a: Date, b: Date): number => Math.round((Date.UTC(b.getFullYear(), b.getMonth(), b.getDate()) - Date.UTC(a.getFullYear(), a.getMonth(), a.getDate())) / 86_400_000);
  shift(fields.start, days(bar.start, to.start));
  if (fields.end) shift(fields.end, bar.milestone ? days(bar.start, to.start) : days(bar.end, to.end));
  return values;
}

export function rowsOf(object: ObjectDef, bars: GanttBar[], by: GroupBy, folded: ReadonlySet<string>, none: string): Row[] {
  // what is over stands below what still runs
  const sorted = [...bars].sort((a, b) => Number(a.closed) - Number(b.closed) || a.start.getTime() - b.start.getTime() || a.end.getTime() - b.end.getTime() || a.id - b.id);
  if (by === "none") return sorted.map((bar) => ({ kind: "bar", bar }));
  const groups = new Map<string, GanttBar[]>();
  for (const bar of sorted) {
    const key = by === "owner" ? bar.owner : bar.stage;
    const list = groups.get(key);
    if (list) list.push(bar);
    else groups.set(key, [bar]);
  }
  const order = by === "stage" ? (stageField(object)?.options ?? []).map((each) => each.label) : [];
  const place = (key: string): number => (key === "" ? 1e6 : order.includes(key) ? order.indexOf(key) : 1e5);
  const keys = [...groups.keys()].sort((a, b) => place(a) - place(b) || (groups.get(b)?.length ?? 0) - (groups.get(a)?.length ?? 0) || a.localeCompare(b));
  return keys.flatMap((key) => {
    const list = groups.get(key) ?? [];
    const head: Row = { kind: "group", key, label: key || none, count: list.length, tone: by === "stage" ? (list[0]?.tone ?? "") : "" };
    return folded.has(key) ? [head] : [head, ...list.map((bar): Row => ({ kind: "bar", bar }))];
  });
}
