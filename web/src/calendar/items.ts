// What stands in a calendar: events, tasks and follow-ups that are due, or the records of any object with a date.
import { clock, dueState, isDateOnly, isoDate, parseDate } from "@/lib/format";
import { field, isEditable, option, shownType, stageField } from "@/meta/catalog";
import { asRecordRef, asRef, asText, type FieldDef, type ObjectDef, type RecordData, type Ref, type Values, type ViewDef } from "@/meta/types";
import { addDays, endOfDays, HOUR, startOfDay, toWireTime } from "./dates";

export type Layer = "event" | "task" | "follow" | "record";
export interface CalItem {
  key: string;
  object: string;
  id: number;
  layer: Layer;
  title: string;
  start: Date;
  /** exclusive; whole days end at the midnight after them */
  end: Date;
  allDay: boolean;
  /** the time of day of what stands among the whole days, such as a task */
  time: string;
  tone: string;
  who: Ref | null;
  note: string;
  movable: boolean;
  stretchable: boolean;
  late: boolean;
  done: boolean;
  record: RecordData;
}
export interface DateFields { start: FieldDef; end: FieldDef | null }
export interface Moved { start: Date; end: Date; allDay: boolean }

const START = ["start_at", "start_date", "planned_date", "due_at", "due_date", "date", "close_date", "next_follow_up", "at"];
const END = ["end_at", "end_date", "close_date", "due_date", "finish_date"];

export function isDated(item: FieldDef): boolean {
  return ["date", "datetime"].includes(shownType(item)) && item.filterable !== false;
}
export interface DateSettings { start?: string; end?: string }
export function viewSettings(view: ViewDef | undefined): DateSettings {
  const given = (view as { settings?: DateSettings } | undefined)?.settings;
  return given ?? {};
}

/** The dates a calendar of an object goes by: those the view names, else the ones that sound like it. */
export function dateFields(object: ObjectDef, settings: DateSettings): DateFields | null {
  const dated = object.fields.filter((item) => isDated(item) && item.name !== "updated_at");
  const find = (name: string | undefined): FieldDef | undefined => dated.find((item) => item.name === name);
  const own = dated.filter((item) => !item.system && item.name !== "created_at");
  const start = find(settings.start) ?? START.map(find).find(Boolean) ?? own[0] ?? find("created_at");
  if (!start) return null;
  const guess = settings.start || settings.end !== undefined ? undefined : END.map(find).find((item) => item && item !== start && START.indexOf(start.name) < 3);
  const end = find(settings.end) ?? guess ?? null;
  return { start, end: end === start ? null : end };
}

function labelOf(record: RecordData): string {
  return asText(record.title) || asText(record.name) || `#${record.id}`;
}

export function eventItem(object: ObjectDef, record: RecordData): CalItem | null {
  const start = parseDate(asText(record.start_at));
  const given = parseDate(asText(record.end_at));
  if (!start) return null;
  const allDay = record.all_day === true;
  const end = given && given > start ? given : new Date(start.getTime() + HOUR / 2);
  const last = endOfDays(end);
  const kind = field(object, "kind");
  const begin = field(object, "start_at");
  const may = begin !== undefined && isEditable(object, begin);
  return {
    key: `event:${record.id}`, object: object.name, id: record.id, layer: "event", title: labelOf(record), allDay, record, who: asRef(record.owner), time: "",
    start: allDay ? startOfDay(start) : start, end: allDay ? (last > startOfDay(start) ? last : addDays(startOfDay(start), 1)) : end,
    tone: (kind && option(kind, asText(record.kind))?.color) ?? "neutral",
    note: [asText(record.location), asRecordRef(record.target)?.name ?? ""].filter(Boolean).join(" · "),
    movable: may, stretchable: may, late: false, done: false,
  };
}

/** What is due at one moment: it stands among the whole days, its hour beside it. */
export function dueItem(object: ObjectDef, record: RecordData, at: FieldDef, layer: Layer, now: Date): CalItem | null {
  const text = asText(record[at.name]);
  const date = parseDate(text);
  if (!date) return null;
  const status = stageField(object) ?? field(object, "status");
  const chosen = status && option(status, asText(record[status.name]));
  const done = chosen?.outcome === "won" || chosen?.outcome === "lost";
  const late = !done && layer !== "record" && dueState(text, now) === "late";
  return {
    key: `${object.name}:${record.id}`, object: object.name, id: record.id, layer, title: labelOf(record), start: startOfDay(date), end: addDays(startOfDay(date), 1), allDay: true,
    time: isDateOnly(text) ? "" : clock(date), tone: layer === "record" ? (chosen?.color ?? kindColor(object, record) ?? "brand") : late ? "coral" : "neutral", who: asRef(record.owner),
    note: asRecordRef(record.target)?.name ?? asRef(record.customer)?.name ?? "", movable: isEditable(object, at), stretchable: false, late, done, record,
  };
}

function kindColor(object: ObjectDef, record: RecordData): string | undefined {
  const kind = field(object, "kind") ?? field(object, "type");
  return kind && option(kind, asText(record[kind.name]))?.color;
}

/** A record with a beginning and an end, as a calendar mode shows it. */
export function recordItem(object: ObjectDef, record: RecordData, fields: DateFields, now: Date): CalItem | null {
  const until = fields.end ? parseDate(asText(record[fields.end.name])) : null;
  const base = dueItem(object, record, fields.start, "record", now);
  if (!base || !fields.end || !until) return base;
  const whole = isDateOnly(asText(record[fields.end.name])) || isDateOnly(asText(record[fields.start.name])) || record.all_day === true;
  const from = parseDate(asText(record[fields.start.name])) ?? base.start;
  const movable = base.movable && isEditable(object, fields.end);
  if (whole) return { ...base, time: "", end: isDateOnly(asText(record[fields.end.name])) ? addDays(startOfDay(until), 1) : endOfDays(until), movable, stretchable: isEditable(object, fields.end) };
  return { ...base, start: from, end: until > from ? until : new Date(from.getTime() + HOUR / 2), allDay: false, time: "", movable, stretchable: isEditable(object, fields.end) };
}

/** What has to be written so that an item stands where it was dropped. */
export function movedValues(item: CalItem, to: Moved, fields: DateFields): Values {
  const { start, end } = fields;
  const write = (target: FieldDef, date: Date): string => (target.type === "date" ? isoDate(date) : toWireTime(date));
  if (item.layer === "event") return { start_at: toWireTime(to.start), end_at: toWireTime(to.end), all_day: to.allDay };
  const spans = end !== null && asText(item.record[end.name]) !== "";
  const values: Values = { [start.name]: write(start, spans ? to.start : withTime(item, start, to)) };
  if (end && spans) values[end.name] = end.type === "date" ? isoDate(to.allDay ? addDays(to.end, -1) : to.end) : toWireTime(to.end);
  const changed = Object.entries(values).filter(([name, value]) => !sameMoment(asText(item.record[name]), asText(value)));
  return Object.fromEntries(changed);
}
function sameMoment(a: string, b: string): boolean {
  return a === b || (parseDate(a)?.getTime() === parseDate(b)?.getTime() && isDateOnly(a) === isDateOnly(b));
}
/** Dropped on another day the hour stays; dropped on an hour it becomes that hour. */
function withTime(item: CalItem, start: FieldDef, to: Moved): Date {
  const before = parseDate(asText(item.record[start.name]));
  if (!to.allDay || !before || start.type === "date") return to.start;
  return new Date(to.start.getFullYear(), to.start.getMonth(), to.start.getDate(), before.getHours(), before.getMinutes(), before.getSeconds());
}

export function overlaps(a: { start: Date; end: Date }, b: { start: Date; end: Date }): boolean {
  return a.start < b.end && b.start < a.end;
}
/** What lasts the whole day, then by the clock; what began on an earlier day counts as the whole day. */
export function byTime(day: Date): (a: CalItem, b: CalItem) => number {
  const at = (item: CalItem): string => (item.allDay ? item.time : item.start < day ? "" : clock(item.start));
  return (a, b) => at(a).localeCompare(at(b)) || a.start.getTime() - b.start.getTime() || a.key.localeCompare(b.key);
}
export function onDay(items: CalItem[], day: Date): CalItem[] {
  const span = { start: day, end: addDays(day, 1) };
  return items.filter((item) => overlaps(item, span)).sort(byTime(day));
}
