// From a definition to what can be changed, and back: only what differs is sent.
import type { Json, Values } from "@/meta/types";
import { emptyLayout, type Definition, type DesignLayout, type Draft, type Words } from "./types";

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function layoutOf(layout: DesignLayout | undefined): DesignLayout {
  return { ...emptyLayout(), ...copy(layout ?? emptyLayout()) };
}

export function draftOf(definition: Definition): Draft {
  return {
    label: copy(definition.label), plural: copy(definition.plural ?? {}), icon: definition.icon ?? "box", nav: definition.nav !== false,
    layout: layoutOf(definition.layout), layouts: (definition.layouts ?? []).map(layoutOf),
    rules: copy(definition.rules ?? []), validations: copy(definition.validations ?? []), views: copy(definition.views ?? []),
  };
}

/** Texts that nobody wrote, empty conditions and the like are left out: the server takes them for mistakes. */
export function tidy(value: unknown): Json {
  if (Array.isArray(value)) return value.map(tidy);
  if (value === null || typeof value !== "object") return value as Json;
  const result: Values = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === "" || item === null) continue;
    if ((key === "roles" || key === "when") && Array.isArray(item) && !item.length) continue;
    result[key] = tidy(item);
  }
  return result;
}

export function changes(before: Draft, after: Draft): Values {
  const result: Values = {};
  for (const key of Object.keys(after) as (keyof Draft)[]) {
    const value = tidy(after[key]);
    if (JSON.stringify(value) !== JSON.stringify(tidy(before[key]))) result[key] = value;
  }
  return result;
}

export function words(value: Words | string | undefined, lang: string): string {
  if (typeof value === "string") return value;
  return (lang === "en" ? value?.en || value?.["zh-CN"] : value?.["zh-CN"] || value?.en) ?? "";
}

/** A name that the server takes, out of a label; numbered where it is taken. */
export function nameFrom(label: string, prefix: string, taken: readonly string[]): string {
  const plain = label.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 32);
  const base = plain || prefix;
  if (plain && !taken.includes(plain)) return plain;
  for (let n = plain ? 2 : 1; ; n++) if (!taken.includes(`${base}_${n}`)) return `${base}_${n}`;
}

/** Moves one item of a list, from one place to another (maybe in another list). */
export function move<T>(from: T[], at: number, to: T[], place: number): void {
  const [item] = from.splice(at, 1);
  if (item !== undefined) to.splice(Math.min(place, to.length), 0, item);
}
