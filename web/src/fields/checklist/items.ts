// A list of things to tick, kept as JSON: [{"text","done"}]. Other shapes that mean the same are read too.
import type { Json } from "@/meta/types";

export interface Item { text: string; done: boolean }

export function readItems(value: Json | undefined): Item[] {
  const list = Array.isArray(value) ? value : value !== null && typeof value === "object" && Array.isArray(value.items) ? value.items : [];
  return list.flatMap((item) => {
    if (typeof item === "string") return [{ text: item, done: false }];
    if (item === null || typeof item !== "object" || Array.isArray(item)) return [];
    const text = item.text ?? item.title ?? item.name;
    return typeof text === "string" ? [{ text, done: item.done === true }] : [];
  });
}

export function writeItems(items: Item[]): Json {
  const kept = items.filter((item) => item.text.trim());
  return kept.length ? kept.map((item) => ({ text: item.text.trim(), done: item.done })) : null;
}

export function moved(items: Item[], from: number, to: number): Item[] {
  const next = [...items];
  const [item] = next.splice(from, 1);
  if (item && to >= 0 && to <= next.length) next.splice(to, 0, item);
  else return items;
  return next;
}

/** Lines of a pasted text, without the marks that lists wear elsewhere. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.replace(/^\s*(?:[-*•]\s*(?:\[[ xX]\]\s*)?|\d+[.、)）]\s*)/, "").trim()).filter(Boolean);
}
