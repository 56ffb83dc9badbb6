// Questions asked of a definition: which fields stand in a list, which are facts, what may be written.
import type { FieldDef, FieldType, Layout, LayoutSection, ObjectDef, Option, ViewDef, ViewKind } from "./types";

const SYSTEM_FIELDS = new Set(["id", "version", "created_at", "created_by", "updated_at", "updated_by"]);
const WHOSE = new Set(["owner", "department"]);
const LONG = new Set<FieldType>(["long_text", "json", "file", "image", "position"]);
const NUMERIC = new Set<FieldType>(["integer", "number", "money", "percent"]);

export function field(object: ObjectDef, name: string): FieldDef | undefined {
  return object.fields.find((item) => item.name === name);
}

/** The type whose look a field has: formulas and roll-ups show as their result. */
export function shownType(item: FieldDef): FieldType {
  if ((item.type === "formula" || item.type === "rollup") && item.result) return item.result;
  return item.type;
}

/** Tasks are named after their title and follow-ups after their content: such a name is shown, never asked. */
export function hasDerivedName(object: ObjectDef): boolean {
  return object.fields.some((item) => item.required && (item.name === "title" || item.name === "content"));
}

export function isNumeric(item: FieldDef): boolean {
  return NUMERIC.has(shownType(item));
}

export function isSystem(item: FieldDef): boolean {
  return SYSTEM_FIELDS.has(item.name);
}

export function isWritable(object: ObjectDef, item: FieldDef): boolean {
  if (!object.rights.update && !object.rights.create) return false;
  if (item.readonly || isSystem(item) || item.type === "auto_number" || item.type === "formula" || item.type === "rollup") return false;
  return item.access === undefined || item.access === "write";
}

export function isEditable(object: ObjectDef, item: FieldDef): boolean {
  return object.rights.update && isWritable(object, item);
}

export function stageField(object: ObjectDef): FieldDef | undefined {
  return object.stage ? field(object, object.stage) : undefined;
}

/** Stages with probabilities: a pipeline of deals, not just a status. */
export function isPipeline(object: ObjectDef): boolean {
  return (stageField(object)?.options ?? []).some((item) => item.probability !== undefined) && amountField(object) !== undefined;
}

export function activeOptions(item: FieldDef): Option[] {
  return (item.options ?? []).filter((option) => !option.retired);
}

export function option(item: FieldDef, key: string): Option | undefined {
  return item.options?.find((candidate) => candidate.key === key);
}

/** The money that a record is about: its amount, what is open, what is budgeted; else the first. */
export function amountField(object: ObjectDef): FieldDef | undefined {
  const money = object.fields.filter((item) => shownType(item) === "money" && item.access !== "mask");
  for (const name of ["amount", "open_amount", "budget"]) {
    const item = money.find((candidate) => candidate.name === name);
    if (item) return item;
  }
  return money[0];
}

/** The date that says when this record is next acted on. */
export function nextActionField(object: ObjectDef): FieldDef | undefined {
  for (const name of ["next_at", "next_action_at", "next_follow_up", "due_at"]) {
    const item = field(object, name);
    if (item && (item.type === "date" || item.type === "datetime")) return item;
  }
  return undefined;
}

/** Fields with a day on them, the system's own left out. */
function dayFields(object: ObjectDef): FieldDef[] {
  return object.fields.filter((item) => ["date", "datetime"].includes(shownType(item)) && item.filterable !== false && item.access !== "mask" && !isSystem(item));
}

/** The forms in which the records of an object can be looked at. */
export function viewKinds(object: ObjectDef): ViewKind[] {
  const kinds: ViewKind[] = ["list"];
  const days = dayFields(object);
  const choices = object.fields.some((item) => item.type === "choice" && item.name !== "currency" && item.filterable !== false && activeOptions(item).length > 1);
  if (stageField(object) || choices) kinds.push("kanban");
  if (stageField(object)) kinds.push("funnel");
  if (days.length > 0) kinds.push("calendar");
  if (days.length > 1 || (days.length === 1 && field(object, "created_at"))) kinds.push("timeline");
  if (object.fields.some((item) => item.type === "position" && item.access !== "mask")) kinds.push("map");
  return kinds;
}

export function listViews(object: ObjectDef): ViewDef[] {
  return object.views ?? [];
}

export function view(object: ObjectDef, name: string | undefined): ViewDef | undefined {
  const views = listViews(object);
  return views.find((item) => item.name === name) ?? views[0];
}

/** Columns of a view without the name, which always stands first. */
export function columns(object: ObjectDef, current: ViewDef | undefined): FieldDef[] {
  const names = current?.columns?.length ? current.columns : defaultColumns(object);
  return names.flatMap((name) => {
    const item = field(object, name);
    return item && item.name !== "name" && !(item.name === "title" && hasDerivedName(object)) ? [item] : [];
  });
}

function defaultColumns(object: ObjectDef): string[] {
  const own = object.fields.filter((item) => !isSystem(item) && !LONG.has(item.type) && !["name", "department", "owner"].includes(item.name));
  return [...own.slice(0, 6).map((item) => item.name), "owner", "updated_at"];
}

export function columnCandidates(object: ObjectDef): FieldDef[] {
  return object.fields.filter((item) => item.name !== "name" && item.name !== "version" && !LONG.has(item.type));
}

/** A section with its place in the layout, by which the server answers for conditions; -1: what no section names. */
export interface ShownSection extends LayoutSection { at: number }

/** The layout the server chose for a record, else the usual one. */
export function layoutOf(object: ObjectDef, name?: string | null): Layout | undefined {
  return (name ? object.layouts?.find((item) => item.name === name) : undefined) ?? object.layout;
}

/** What stands under the name of a record. */
export function headers(object: ObjectDef, layout: Layout | undefined = object.layout): FieldDef[] {
  const names = layout?.header ?? object.layout?.header ?? [];
  return (names.length ? names : ["owner"]).flatMap((name) => field(object, name) ?? []);
}

/**
 * Facts in the sections of the layout; fields that no layout names follow in a section of their own, so that a new field is never invisible.
 * Where there is no section at all (firstLabel), the object's own fields stand before what the system keeps.
 */
export function sections(object: ObjectDef, restLabel: string, layout: Layout | undefined = object.layout, firstLabel = restLabel): ShownSection[] {
  const listed = (layout?.sections ?? []).map((section, at) => ({ ...section, at, fields: section.fields.filter((name) => field(object, name)) }));
  const others = layout === object.layout ? [] : [object.layout, ...(object.layouts ?? [])];
  const named = new Set([...listed, ...others.flatMap((item) => item?.sections ?? [])].flatMap((section) => section.fields));
  const rest = object.fields.filter((item) => !named.has(item.name) && item.name !== "name" && !["id", "version"].includes(item.name));
  const names = (wanted: (item: FieldDef) => boolean): string[] => rest.filter((item) => wanted(item)).map((item) => item.name);
  const [own, kept] = [[...names((item) => !isSystem(item) && !WHOSE.has(item.name)), ...names((item) => WHOSE.has(item.name))], names(isSystem)];
  const added = listed.length || firstLabel === restLabel ? [{ label: restLabel, fields: [...own, ...kept] }] : [{ label: firstLabel, fields: own }, { label: restLabel, fields: kept }];
  return [...listed, ...added.filter((section) => section.fields.length).map((section) => ({ ...section, at: -1 }))];
}

/** What a form asks: the layout's writable fields, and what is computed from them. */
export function formSections(object: ObjectDef, restLabel: string, layout: Layout | undefined = object.layout): ShownSection[] {
  const asked = (name: string): boolean => {
    const item = field(object, name);
    return item !== undefined && (isWritable(object, item) && item.name !== "department" || item.type === "formula");
  };
  const filled = sections(object, restLabel, layout).map((section) => ({ ...section, fields: section.fields.filter(asked) })).filter((section) => section.fields.some((name) => field(object, name)?.type !== "formula"));
  const first = filled[0];
  const nameField = field(object, "name");
  if (!nameField || !isWritable(object, nameField) || hasDerivedName(object)) return filled.map((section) => ({ ...section, fields: section.fields.filter((name) => name !== "name") }));
  if (!first) return [{ label: restLabel, fields: ["name"], at: -1 }];
  return [{ ...first, fields: ["name", ...first.fields.filter((name) => name !== "name")] }, ...filled.slice(1).map((section) => ({ ...section, fields: section.fields.filter((name) => name !== "name") }))];
}
