// What stands in the palette: lines that do something at once, and lines that ask something first.
import type { Component } from "vue";
import { matchScore } from "@/lib/match";
import type { FieldDef, Json } from "@/meta/types";

export interface FormStep { kind: "form"; title: string; label: string; danger?: boolean; fields: FieldDef[]; initial?: Record<string, Json>; run: (values: Record<string, Json>) => Promise<unknown> }
export interface ChooseStep { kind: "choose"; title: string; items: Item[] }
export interface ConvertStep { kind: "convert"; title: string; object: string; id: number }
export type Step = FormStep | ChooseStep | ConvertStep;
export interface Item {
  key: string;
  label: string;
  detail?: string;
  keys?: string[];
  icon: Component | null;
  words?: string[];
  danger?: boolean;
  person?: boolean;
  record?: { object: string; id: number };
  /** asks something before it acts; without it the palette closes and `run` is called */
  step?: () => Step;
  run?: (page: boolean) => void;
}
export interface Group { title: string; note?: string; items: Item[] }

const RECENT_BONUS = 12;

/** The best matches first; what was used lately stands a little higher. */
export function ranked(items: Item[], needle: string, recent: string[], most: number): Item[] {
  return items.map((item, index) => ({ item, index, score: matchScore(needle, item.label, item.words) }))
    .filter((found) => found.score > 0)
    .map((found) => ({ ...found, score: found.score + (recent.includes(found.item.key) ? RECENT_BONUS - recent.indexOf(found.item.key) : 0) }))
    .sort((a, b) => b.score - a.score || a.index - b.index).slice(0, most).map((found) => found.item);
}
