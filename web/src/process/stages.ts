// Stages as options of a stage field, and what is missing on the way. Pure.
import { asNumber, asRef, asText, type Color, type FieldDef, type ObjectDef, type Option, type RecordData } from "@/meta/types";
import type { Missing, WayStage } from "./calls";

export function sortStages(all: RecordData[], mode: number): RecordData[] {
  return all.filter((stage) => asRef(stage.mode)?.id === mode).sort((a, b) => (asNumber(a.order) ?? 0) - (asNumber(b.order) ?? 0) || a.id - b.id);
}

const outcomeOf = (value: string): Option["outcome"] => (value === "won" || value === "lost" ? value : "open");

/** A mode's stages in the place of the field's own options; the colour is the option's where the stage has none. */
export function stageOptions(stages: RecordData[], stage: FieldDef): Option[] {
  return stages.map((item) => {
    const key = asText(item.key);
    const own = stage.options?.find((option) => option.key === key);
    const probability = asNumber(item.probability) ?? own?.probability;
    return { key, label: asText(item.label) || own?.label || key, outcome: outcomeOf(asText(item.outcome)), ...((asText(item.color) || own?.color) && { color: (asText(item.color) || own?.color) as Color }), ...(probability !== undefined && { probability }), retired: item.retired === true };
  });
}

export function wayOptions(items: WayStage[]): Option[] {
  return items.map(({ key, label, outcome, color, probability, retired }) => ({ key, label, outcome, ...(color && { color }), ...(probability !== undefined && { probability }), retired }));
}

/** The one mode that a filter asks for, as a condition of the whole; null: none, or several. */
export function modeOfFilter(filter: string): number | null {
  if (/\bor\b|\bnot\b/.test(filter.replace(/"(?:[^"\\]|\\.)*"/g, ""))) return null;
  const found = [...filter.replace(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/(?<![\w.])mode\s*(?:=|in\s*\()\s*(\d+)\s*(?=\)|$|\s|and)/g)].map((match) => Number(match[1]));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Fields that are to be filled before, each once. */
export function missingFields(object: ObjectDef, missing: Missing[]): FieldDef[] {
  return missing.flatMap((item) => object.fields.find((candidate) => candidate.name === item.field) ?? []);
}
/** What a form cannot fill: tasks to be done and conditions. */
export function blocking(missing: Missing[]): Missing[] {
  return missing.filter((item) => item.field === undefined);
}

/** The order after one stage was moved. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, item);
  return next;
}
