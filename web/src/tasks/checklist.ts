// The list inside a task: [{text, done}], as the server keeps it.
import type { Json } from "@/meta/types";

export interface CheckItem { text: string; done: boolean }

export function readChecklist(value: Json | undefined): CheckItem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    if (typeof item === "string") return item.trim() ? [{ text: item, done: false }] : [];
    if (item === null || typeof item !== "object" || Array.isArray(item) || typeof item.text !== "string") return [];
    return [{ text: item.text, done: item.done === true }];
  });
}
export function writeChecklist(items: CheckItem[]): Json {
  const list = items.map((item) => ({ text: item.text.trim(), done: item.done })).filter((item) => item.text);
  return list.length ? list : null;
}
export function progress(items: CheckItem[]): string {
  return `${items.filter((item) => item.done).length}/${items.length}`;
}
