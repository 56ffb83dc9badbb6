// What the filter builder works on: conditions in groups. What it has no words for is kept as text and still counts.
import { shownType } from "@/meta/catalog";
import type { FieldDef } from "@/meta/types";

export type Op =
  | "contains" | "not_contains" | "starts" | "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "between" | "not_between"
  | "in" | "not_in" | "me" | "not_me" | "mine" | "under_mine" | "under"
  | "period" | "past_days" | "next_days" | "older_days" | "later_days" | "empty" | "filled";
export type Operand = string | number | boolean;
/** Of a date an operand is "2026-11-22", "today", "today+3", "today-7" or "now". */
export interface Condition { field: string; op: Op; values: Operand[] }
export interface Raw { raw: string }
export type Match = "and" | "or";
export interface Group { match: Match; not?: boolean; items: Item[] }
export type Item = Condition | Group | Raw;
/** A flat filter: the usual case, and what chips can show. */
export interface FilterModel { match: Match; conditions: Condition[] }
export type FilterKind = "text" | "number" | "date" | "choice" | "list" | "ids" | "boolean" | "reference" | "record" | "none";
export type KindOf = (field: string) => FilterKind;

export const isGroup = (item: Item): item is Group => "items" in item;
export const isRaw = (item: Item): item is Raw => "raw" in item;
export const isCondition = (item: Item): item is Condition => "field" in item;

export const PERIODS = [
  "today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month",
  "this_quarter", "last_quarter", "next_quarter", "this_year", "last_year", "next_year",
] as const;
export type Period = (typeof PERIODS)[number];

export function filterKind(field: FieldDef): FilterKind {
  switch (shownType(field)) {
    case "text": case "long_text": case "phone": case "email": case "url": case "auto_number": return "text";
    case "integer": case "number": case "money": case "percent": return "number";
    case "date": case "datetime": return "date";
    case "choice": return "choice";
    case "multi_choice": case "tags": return "list";
    case "multi_reference": return "ids";
    case "boolean": return "boolean";
    case "reference": case "user": case "department": return "reference";
    case "record": return "record";
    default: return "none";
  }
}

export function operators(field: FieldDef): Op[] {
  switch (filterKind(field)) {
    case "text": return ["contains", "not_contains", "starts", "eq", "ne", "in", "not_in", "empty", "filled"];
    case "number": return ["ge", "le", "between", "not_between", "eq", "ne", "gt", "lt", "empty", "filled"];
    case "date": return ["period", "next_days", "past_days", "older_days", "later_days", "eq", "ne", "ge", "le", "gt", "lt", "between", "not_between", "empty", "filled"];
    case "choice": return ["in", "not_in", "empty", "filled"];
    case "list": return ["in", "contains", "not_contains", "empty", "filled"];
    case "ids": return ["contains", "not_contains", "empty", "filled"];
    case "boolean": return ["eq", "ne"];
    case "reference": return [...own(field), "in", "not_in", "empty", "filled"];
    case "record": return ["eq", "ne", "empty", "filled"];
    default: return ["empty", "filled"];
  }
}

function own(field: FieldDef): Op[] {
  if (field.type === "user" || field.target === "user") return ["me", "not_me"];
  return field.type === "department" || field.target === "department" ? ["under_mine", "mine", "under"] : [];
}

/** How many operands an operator needs; -1 is one or more. */
export function arity(op: Op): number {
  switch (op) {
    case "empty": case "filled": case "me": case "not_me": case "mine": case "under_mine": return 0;
    case "between": case "not_between": return 2;
    case "in": case "not_in": return -1;
    default: return 1;
  }
}

export const inDays = (op: Op): boolean => op.endsWith("_days");

export function isComplete(condition: Condition): boolean {
  const need = arity(condition.op);
  const given = condition.values.filter((value) => value !== "" && !(typeof value === "number" && Number.isNaN(value))).length;
  return need < 0 ? given > 0 : given >= need;
}

/** A new condition on a field, with what most people mean by it. */
export function startOf(field: FieldDef): Condition {
  const op = operators(field)[0] ?? "filled";
  return { field: field.name, op, values: op === "period" ? ["this_month"] : filterKind(field) === "boolean" ? [true] : inDays(op) ? [7] : [] };
}
