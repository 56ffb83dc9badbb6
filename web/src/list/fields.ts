// Fields as a list knows them: its own, and those one reference away ("customer.level").
import { filterKind, type KindOf } from "@/lib/filter";
import { activeOptions, columnCandidates, field, isSystem, shownType } from "@/meta/catalog";
import type { FieldDef, ObjectDef } from "@/meta/types";

export type Lookup = (object: string) => ObjectDef | undefined;

/** What a reference points at, where that has fields of its own. */
export function targetOf(item: FieldDef): string | null {
  if (item.type === "user" || item.type === "department") return item.type;
  return item.type === "reference" ? (item.target ?? null) : null;
}

/** A field by its path, at most two references away; what is reached through a reference is read only and sorts nothing. */
export function pathField(object: ObjectDef, path: string, find: Lookup): FieldDef | undefined {
  const [first = "", ...rest] = path.split(".");
  const own = field(object, first);
  if (!own || rest.length === 0) return own;
  const target = targetOf(own);
  const next = target && rest.length < 3 ? find(target) : undefined;
  const far = next && pathField(next, rest.join("."), find);
  if (!far) return undefined;
  return { ...far, name: path, label: `${own.label} · ${far.label}`, sortable: false, required: false, unique: false, access: far.access === "mask" ? "mask" : "read" };
}

export const isPath = (name: string): boolean => name.includes(".");

export function kindOfPath(object: ObjectDef, find: Lookup): KindOf {
  return (path) => {
    const item = pathField(object, path, find);
    return item ? filterKind(item) : "none";
  };
}

export const canFilter = (item: FieldDef): boolean => item.filterable !== false && item.name !== "version" && filterKind(item) !== "none";

/** Fields of what a reference points at that say something in a list. */
export function farFields(object: ObjectDef, via: FieldDef, find: Lookup, wanted: (item: FieldDef) => boolean): FieldDef[] {
  const target = targetOf(via);
  const next = target ? find(target) : undefined;
  if (!next) return [];
  return next.fields.filter((item) => wanted(item) && !(isSystem(item) && item.name !== "created_at")).flatMap((item) => pathField(object, `${via.name}.${item.name}`, find) ?? []);
}

/** References of one object that can be looked through. */
export function references(object: ObjectDef): FieldDef[] {
  return object.fields.filter((item) => targetOf(item) !== null && item.access !== "mask" && !["created_by", "updated_by"].includes(item.name));
}

export function columnFields(object: ObjectDef): FieldDef[] {
  return columnCandidates(object);
}

const MOST_COLUMNS = 16;

/** What a board can have as columns beside its stage: few choices, then people. */
export function boardFields(object: ObjectDef): FieldDef[] {
  const usable = object.fields.filter((item) => item.filterable !== false && item.access !== "mask");
  const choices = usable.filter((item) => item.type === "choice" && item.name !== "currency" && activeOptions(item).length > 1 && activeOptions(item).length <= MOST_COLUMNS);
  const progress = choices.filter((item) => ["status", "level", "priority"].includes(item.name));
  return [...progress, ...choices.filter((item) => !progress.includes(item)), ...usable.filter((item) => item.type === "user" && !isSystem(item))];
}

const DATE_PARTS = ["day", "week", "month", "quarter", "year"] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/** What a list can be grouped by: each with the expression that the aggregate takes. */
export function groupings(item: FieldDef): { group: string; part: DatePart | null }[] {
  if (item.filterable === false || item.access === "mask") return [];
  switch (shownType(item)) {
    case "choice": case "boolean": case "reference": case "user": case "department": return [{ group: item.name, part: null }];
    case "date": case "datetime": return DATE_PARTS.map((part) => ({ group: `${part}(${item.name})`, part }));
    default: return [];
  }
}

export function parseGroup(group: string): { path: string; part: DatePart | null } | null {
  const match = /^(?:(day|week|month|quarter|year)\(([a-z][\w.]*)\)|([a-z][\w.]*))$/.exec(group.trim());
  if (!match) return null;
  return { path: match[2] ?? match[3] ?? "", part: (match[1] as DatePart | undefined) ?? null };
}
