// A mode's stages while they are being changed: out of records, back into what is saved, what differs. Pure.
import { asNumber, asRef, asText, type Color, type Json, type RecordData, type Values } from "@/meta/types";
import type { PlannedStage } from "./calls";

export interface TaskDraft { id: number; title: string; due_days: number | null; type: string; required: boolean }
export interface StageDraft {
  /** 0: not stored yet */
  id: number;
  version: number;
  /** what it is known by while it is being changed */
  name: string;
  key: string;
  label: string;
  probability: number | null;
  outcome: "open" | "won" | "lost";
  color: Color | "";
  required_fields: string[];
  guidance: string;
  exit_criteria: string;
  exit_message: string;
  max_days: number | null;
  retired: boolean;
  tasks: TaskDraft[];
}

const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map((item) => asText(item)) : []);
const outcome = (value: string): StageDraft["outcome"] => (value === "won" || value === "lost" ? value : "open");

export function taskOf(record: RecordData): TaskDraft {
  return { id: record.id, title: asText(record.title), due_days: asNumber(record.due_days), type: asText(record.type) || "task", required: record.required === true };
}
export function draftOf(record: RecordData, tasks: RecordData[]): StageDraft {
  return {
    id: record.id, version: record.version, name: `s${record.id}`, key: asText(record.key), label: asText(record.label), probability: asNumber(record.probability), outcome: outcome(asText(record.outcome)), color: asText(record.color) as StageDraft["color"],
    required_fields: texts(record.required_fields), guidance: asText(record.guidance), exit_criteria: asText(record.exit_criteria), exit_message: asText(record.exit_message), max_days: asNumber(record.max_days), retired: record.retired === true,
    tasks: tasks.filter((task) => asRef(task.stage)?.id === record.id).map(taskOf),
  };
}
export function newStage(label: string, at: number): StageDraft {
  return { id: 0, version: 0, name: `n${at}`, key: "", label, probability: null, outcome: "open", color: "", required_fields: [], guidance: "", exit_criteria: "", exit_message: "", max_days: null, retired: false, tasks: [] };
}

/** What is written of a stage; of one that is there already only what may still change. */
export function stageValues(stage: StageDraft, order: number): Values {
  const values: Values = {
    label: stage.label.trim(), order, probability: stage.probability, color: stage.color || null, required_fields: stage.required_fields.length ? stage.required_fields : null, guidance: stage.guidance.trim() || null,
    exit_criteria: stage.exit_criteria.trim() || null, exit_message: stage.exit_message.trim() || null, max_days: stage.max_days, retired: stage.retired,
  };
  return stage.id ? values : { ...values, outcome: stage.outcome, ...(stage.key.trim() && { key: stage.key.trim() }) };
}
export const taskValues = (task: TaskDraft): Values => ({ title: task.title.trim(), due_days: task.due_days ?? 0, type: task.type, required: task.required });

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export interface StageChanges {
  /** stages to be made or written, by their place */
  write: number[];
  remove: StageDraft[];
  tasks: { stage: number; write: TaskDraft[]; remove: number[] }[];
}
/** What saving has to do. Places are those of the new list; an order that moved is a change. */
export function stageChanges(before: StageDraft[], after: StageDraft[]): StageChanges {
  const changes: StageChanges = { write: [], remove: before.filter((old) => !after.some((stage) => stage.id === old.id)), tasks: [] };
  after.forEach((stage, at) => {
    const was = before.findIndex((old) => old.id === stage.id && stage.id !== 0);
    const old = before[was];
    if (!old || !same(stageValues(stage, (at + 1) * 10), stageValues(old, (was + 1) * 10))) changes.write.push(at);
    const write = stage.tasks.filter((task) => !task.id || !same(task, old?.tasks.find((other) => other.id === task.id)));
    const remove = (old?.tasks ?? []).filter((task) => !stage.tasks.some((other) => other.id === task.id)).map((task) => task.id);
    if (write.length || remove.length) changes.tasks.push({ stage: at, write, remove });
  });
  return changes;
}
export function anyChange(changes: StageChanges): boolean {
  return changes.write.length > 0 || changes.remove.length > 0 || changes.tasks.length > 0;
}

/** What the effect of the draft is asked with: a stage without a key is a new one, in which nothing is. */
export function planned(stages: StageDraft[]): PlannedStage[] {
  return stages.filter((stage) => stage.key).map(({ key, label, required_fields, retired }) => ({ key, label, required_fields, retired }));
}
