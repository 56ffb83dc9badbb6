// What a form shows for the values typed so far, out of the definition and the server's answer. Pure.
import type { FieldState, FormState } from "@/lib/api";
import { field, type ShownSection } from "@/meta/catalog";
import type { FieldDef, Json, ObjectDef, Values } from "@/meta/types";

/** undefined: not answered yet; null: the server has no answer to give. */
export type Answer = FormState | null | undefined;

const hasRules = (object: ObjectDef): boolean => Boolean(object.layouts?.length || object.rules?.length || object.layout?.sections?.some((section) => section.when));

/** Whether what a page shows depends on values. */
export function asksOnPage(object: ObjectDef): boolean {
  return hasRules(object);
}
/** Whether a form has to ask while somebody types: rules, conditions, validations, formulas. */
export function asksInForm(object: ObjectDef): boolean {
  return hasRules(object) || Boolean(object.validations?.length) || object.fields.some((item) => item.type === "formula");
}

/** How a field stands: before the first answer what only a rule shows is hidden, without an answer everything is shown. */
export function lookOf(object: ObjectDef, item: FieldDef, answer: Answer): FieldState {
  const own = item.required === true;
  const told = answer?.fields[item.name];
  if (told) return { show: told.show, require: own || told.require, lock: told.lock };
  const waits = answer === undefined && (object.rules ?? []).some((rule) => rule.field === item.name && rule.effect === "show");
  return { show: !waits, require: own, lock: false };
}

/** Sections whose condition holds, with the fields that rules show; empty ones are left out. */
export function shownSections(object: ObjectDef, all: ShownSection[], answer: Answer): ShownSection[] {
  const holds = (section: ShownSection): boolean => {
    if (section.at < 0 || !section.when) return true;
    return answer === undefined ? false : answer === null || answer.sections[section.at] !== false;
  };
  return all.filter(holds).map((section) => ({ ...section, fields: section.fields.filter((name) => { const item = field(object, name); return item !== undefined && lookOf(object, item, answer).show; }) })).filter((section) => section.fields.length);
}

export function isEmpty(value: Json | undefined): boolean {
  return value === null || value === undefined || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);
}

/** What differs from the start, for drafts and for asking. */
export function changedValues(start: Values, values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value ?? null) !== JSON.stringify(start[name] ?? null)));
}

/** Fields that are demanded now and empty, in the order of the definition. */
export function demanded(object: ObjectDef, answer: Answer, values: Values): FieldDef[] {
  return object.fields.filter((item) => { const look = lookOf(object, item, answer); return look.require && look.show && isEmpty(values[item.name]); });
}

/** Messages at fields that are seen, and the rest with the field's label in front. */
export function placeErrors(object: ObjectDef, errors: Record<string, string>, seen: ReadonlySet<string>): { at: Record<string, string>; loose: string[] } {
  const at: Record<string, string> = {};
  const loose: string[] = [];
  for (const [name, message] of Object.entries(errors)) {
    if (seen.has(name)) at[name] = message;
    else {
      const label = field(object, name)?.label;
      loose.push(label && !message.includes(label) ? `${label}: ${message}` : message);
    }
  }
  return { at, loose };
}

/** What the server finds wrong with values that somebody has touched; what is merely still empty is no error while typing. */
export function liveErrors(answer: Answer, touched: ReadonlySet<string>, all: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const item of answer?.errors ?? []) {
    const isMissing = item.code === "required";
    const belongs = item.field === "" ? touched.size > 0 : touched.has(item.field);
    if (all || (belongs && !isMissing)) result[item.field] ??= item.message;
  }
  return result;
}
