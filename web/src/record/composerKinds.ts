// What can be written at a record: which object each kind becomes, what may be added to it, and the values that are sent. Pure.
import { activeOptions, field, hasDerivedName } from "@/meta/catalog";
import type { FieldDef, FileRef, Json, ObjectDef, RecordRef, Values } from "@/meta/types";
import { mentionedIn, type Person } from "./mentions";

export type KindObject = "activity" | "task" | "event" | "comment";
export interface Kind { key: string; object: KindObject; type: string | null; label: string; extras: FieldDef[] }

const EXTRAS: Record<KindObject, string[]> = { activity: ["next_at", "contact"], task: ["due_at", "priority", "owner"], event: ["start_at", "end_at", "location", "participants"], comment: [] };
const BY_TYPE: Record<string, string[]> = { call: ["duration_minutes"], meeting: ["duration_minutes"], visit: ["location"] };
/** In this order where they exist; types an administrator adds stand behind the shipped ones. */
const ORDER = ["note", "call", "visit", "meeting", "email", "wechat"];

export function composerKinds(get: (name: string) => ObjectDef | undefined, on: string): Kind[] {
  const may = (name: KindObject): ObjectDef | undefined => { const object = get(name); return object?.rights.create ? object : undefined; };
  const extras = (object: ObjectDef, names: string[]): FieldDef[] => names.flatMap((name) => field(object, name) ?? []).filter((item) => item.access !== "read" && item.access !== "mask" && !(item.target === on));
  const kinds: Kind[] = [];
  const activity = may("activity");
  if (activity) {
    const type = field(activity, "type");
    const options = type ? activeOptions(type).filter((option) => option.key !== "other") : [];
    const place = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
    for (const option of [...options].sort((a, b) => place(a.key) - place(b.key))) kinds.push({ key: option.key, object: "activity", type: option.key, label: option.label, extras: extras(activity, [...EXTRAS.activity, ...(BY_TYPE[option.key] ?? [])]) });
    if (!options.length) kinds.push({ key: "activity", object: "activity", type: null, label: activity.label, extras: extras(activity, EXTRAS.activity) });
  }
  for (const name of ["task", "event", "comment"] as const) {
    const object = may(name);
    if (object) kinds.push({ key: name, object: name, type: null, label: object.label, extras: extras(object, EXTRAS[name]) });
  }
  return kinds;
}

export interface Written { text: string; extras: Values; people: Person[]; files: FileRef[] }

export function canMention(object: ObjectDef | undefined): boolean {
  return object !== undefined && field(object, "mentions") !== undefined;
}

/** The record that a text becomes. The first line of a task or an event is its title, the rest its description. */
export function valuesOf(kind: Kind, object: ObjectDef, target: RecordRef, written: Written, now: string): Values {
  const text = written.text.trim();
  const [first = "", ...rest] = text.split("\n");
  const more = rest.join("\n").trim();
  const values: Values = { target: { object: target.object, id: target.id, name: target.name ?? null } };
  for (const item of kind.extras) {
    const value = written.extras[item.name];
    if (value !== undefined && value !== null && value !== "") values[item.name] = value;
  }
  if (kind.object === "activity") Object.assign(values, { content: text, at: now }, kind.type ? { type: kind.type } : {});
  else if (kind.object === "comment") values.content = text;
  else {
    values.title = first.slice(0, 200);
    const description = first.length > 200 ? text : more;
    if (description && field(object, "description")) values.description = description;
  }
  if (canMention(object)) {
    const people = mentionedIn(text, written.people);
    if (people.length) values.mentions = people.map((person) => ({ id: person.id, name: person.name }));
  }
  const file = written.files[0];
  if (file && field(object, "attachment")) values.attachment = { ...file } as unknown as Json;
  // some objects name every record: give what the definition demands
  if (!hasDerivedName(object) && field(object, "name")?.required) values.name = first.slice(0, 80);
  return values;
}

/** An event begins at the next full hour and takes one. */
export function eventTimes(now: Date): { start_at: string; end_at: string } {
  const start = new Date(now);
  start.setHours(start.getHours() + 1, 0, 0, 0);
  const iso = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");
  return { start_at: iso(start), end_at: iso(new Date(start.getTime() + 3_600_000)) };
}
