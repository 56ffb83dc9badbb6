// A role's grants as it keeps them (src/access/README.md), asked and changed cell by cell. What is left out is not given; "*" stands for every object that is not named.
import type { Json } from "@/meta/types";

export type Grant = { [member: string]: Json };
export type Grants = { [object: string]: Grant };

export const SCOPES = ["none", "own", "department", "tree", "all"] as const;
export const SCOPE_VERBS = ["read", "update", "delete"] as const;
export const SWITCH_VERBS = ["create", "export", "import", "transfer"] as const;
export const VERBS = ["read", "create", "update", "delete", "transfer", "export", "import"] as const;
export type Verb = (typeof VERBS)[number];
export type FieldRight = "write" | "read" | "mask" | "hide";
export const FIELD_RIGHTS: readonly FieldRight[] = ["write", "read", "mask", "hide"];

/** What a switch does when it is left out: it follows another right. */
const FOLLOWS: Partial<Record<Verb, Verb>> = { import: "create", transfer: "update" };

const isGrant = (value: Json | undefined): value is Grant => typeof value === "object" && value !== null && !Array.isArray(value);
export const isScopeVerb = (verb: Verb): boolean => (SCOPE_VERBS as readonly string[]).includes(verb);
export const isNamedScope = (value: string): boolean => (SCOPES as readonly string[]).includes(value);

export function grantsOf(value: Json | undefined): Grants {
  if (!isGrant(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, Grant] => isGrant(entry[1])));
}
export function grantOf(grants: Grants, object: string): Grant {
  return grants[object] ?? grants["*"] ?? {};
}

/** Of read, update, delete: a scope's name or an expression. Of switches: "yes" or "no". */
export function cellOf(grants: Grants, object: string, verb: Verb): string {
  const grant = grantOf(grants, object);
  const value = grant[verb];
  if (isScopeVerb(verb)) return typeof value === "string" && value.trim() ? value : "none";
  const followed = FOLLOWS[verb];
  if (followed && typeof value !== "boolean") {
    const other = cellOf(grants, object, followed);
    return other === "no" || other === "none" ? "no" : "yes";
  }
  return value === true ? "yes" : "no";
}

/** The object's own entry, made from what "*" gives where it has none. */
function named(grants: Grants, object: string): Grants {
  return grants[object] ? grants : { ...grants, [object]: JSON.parse(JSON.stringify(grants["*"] ?? {})) as Grant };
}

export function withCell(grants: Grants, object: string, verb: Verb, value: string): Grants {
  if (cellOf(grants, object, verb) === value) return grants;
  const next = named(grants, object);
  const grant = { ...next[object] };
  if (isScopeVerb(verb)) grant[verb] = value;
  else grant[verb] = value === "yes";
  return { ...next, [object]: grant };
}

export function actionsOf(grants: Grants, object: string, all: string[]): string[] {
  const actions = grantOf(grants, object).actions;
  if (actions === "*") return all;
  return Array.isArray(actions) ? actions.filter((item): item is string => typeof item === "string") : [];
}
export function withAction(grants: Grants, object: string, all: string[], action: string, given: boolean): Grants {
  const now = actionsOf(grants, object, all);
  if (now.includes(action) === given) return grants;
  const next = named(grants, object);
  return { ...next, [object]: { ...next[object], actions: given ? [...now, action] : now.filter((item) => item !== action) } };
}

/** As it is written: "write", "read", "mask", "mask:3,4", "hide". */
export function fieldOf(grants: Grants, object: string, field: string): string {
  const fields = grantOf(grants, object).fields;
  if (!isGrant(fields)) return "write";
  const value = fields[field] ?? fields["*"];
  return typeof value === "string" ? value : "write";
}
export const rightOf = (value: string): FieldRight => (value.startsWith("mask") ? "mask" : FIELD_RIGHTS.find((right) => right === value) ?? "hide");
export const patternOf = (value: string): string => (value.startsWith("mask:") ? value.slice(5) : "");

export function withField(grants: Grants, object: string, field: string, value: string): Grants {
  if (fieldOf(grants, object, field) === value) return grants;
  const next = named(grants, object);
  const now = next[object]?.fields;
  const fields: Grant = { ...(isGrant(now) ? now : {}), [field]: value };
  if (value === (typeof fields["*"] === "string" ? fields["*"] : "write")) delete fields[field];
  return { ...next, [object]: { ...next[object], fields } };
}

/** How many of these fields are less than writable. */
export function narrowed(grants: Grants, object: string, fields: string[]): number {
  return fields.filter((field) => rightOf(fieldOf(grants, object, field)) !== "write").length;
}

/** Nothing at all is given on this object. */
export function isNothing(grants: Grants, object: string): boolean {
  return VERBS.every((verb) => ["none", "no"].includes(cellOf(grants, object, verb)));
}

/** How many cells of the matrix differ in one object: rights, actions, fields. */
export function cellsDiffering(a: Grants, b: Grants, object: string): number {
  const fieldsOf = (grants: Grants): string[] => { const fields = grantOf(grants, object).fields; return isGrant(fields) ? Object.keys(fields) : []; };
  const actions = [a, b].map((grants) => actionsOf(grants, object, ["*"]));
  const fields = [...new Set([...fieldsOf(a), ...fieldsOf(b)])];
  const turned = [...new Set(actions.flat())].filter((action) => actions[0]?.includes(action) !== actions[1]?.includes(action));
  return VERBS.filter((verb) => cellOf(a, object, verb) !== cellOf(b, object, verb)).length + turned.length + fields.filter((field) => fieldOf(a, object, field) !== fieldOf(b, object, field)).length;
}

/** Objects in which two grants differ. */
export function differing(a: Grants, b: Grants): string[] {
  const order = (value: Json | undefined): string => JSON.stringify(value, (_key, part: Json) => (isGrant(part) ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1))) : part));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((object) => order(a[object]) !== order(b[object]));
}
