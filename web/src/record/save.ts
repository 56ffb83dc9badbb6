// Saving fields of a record: with its version, merged by field when somebody else was quicker; only colliding fields are asked about.
import { shallowReactive } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { queryClient } from "@/lib/queries";
import type { Json, Page, RecordData, Values } from "@/meta/types";

export type Choice = "mine" | "theirs" | "before";
export interface Conflict {
  object: string;
  fields: string[];
  before: RecordData;
  mine: Values;
  theirs: RecordData;
  /** what is kept of each field; null: theirs of all, and nothing of mine is saved */
  decide: (choices: Record<string, Choice> | null) => void;
}
export const conflictState = shallowReactive<{ current: Conflict | null }>({ current: null });

/** Equal as far as a person can tell: references by id, lists by members, the rest by value. */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}
function plain(value: Json | undefined): Json {
  if (value === undefined || value === "") return null;
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value !== null && typeof value === "object" && typeof value.id === "number") return typeof value.object === "string" ? `${value.object}:${value.id}` : value.id;
  return value;
}

/** Fields that I change and that somebody else changed to something else meanwhile. */
export function colliding(before: RecordData, mine: Values, theirs: RecordData): string[] {
  return Object.keys(mine).filter((name) => !sameValue(before[name], theirs[name]) && !sameValue(mine[name], theirs[name]));
}

/** References are written as ids; names are only for reading. */
export function toWire(values: Values): Values {
  const wire = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(wire);
    if (value !== null && typeof value === "object" && typeof value.id === "number" && typeof value.object !== "string") return value.id;
    if (value !== null && typeof value === "object" && typeof value.id === "number" && typeof value.object === "string") return { object: value.object, id: value.id };
    return value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wire(value)]));
}

// What this page saves of one record goes one after the other; what it wrote itself since a base was read is nobody else's change.
const turns = new Map<string, Promise<unknown>>();
const written = new Map<string, Map<string, { version: number; value: Json }>>();
const KEPT = 100;

export function saveRecord(object: string, base: RecordData, values: Values): Promise<RecordData> {
  const key = `${object}:${base.id}`;
  const turn = (turns.get(key) ?? Promise.resolve()).then(() => undefined, () => undefined).then(() => saveNow(object, key, base, values));
  turns.set(key, turn);
  const leave = (): void => { if (turns.get(key) === turn) turns.delete(key); };
  turn.then(leave, leave);
  return turn;
}
function rebased(key: string, base: RecordData, values: Values): RecordData {
  const own = written.get(key);
  const since = Object.keys(values).flatMap((name) => { const last = own?.get(name); return last && last.version > base.version ? [[name, last.value] as const] : []; });
  return { ...base, ...Object.fromEntries(since) };
}
function remember(key: string, saved: RecordData, values: Values): void {
  const own = written.get(key) ?? new Map<string, { version: number; value: Json }>();
  for (const name of Object.keys(values)) own.set(name, { version: saved.version, value: saved[name] ?? null });
  written.delete(key);
  written.set(key, own);
  if (written.size > KEPT) written.delete([...written.keys()][0] ?? "");
}

async function saveNow(object: string, key: string, base: RecordData, values: Values): Promise<RecordData> {
  let before = rebased(key, base, values);
  let wanted = values;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const saved = await api.updateRecord(object, base.id, toWire(wanted), before.version);
      remember(key, saved, wanted);
      noteSaved(object, saved);
      return saved;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      const theirs = error.problem.current ?? (await api.getRecord(object, base.id));
      const fields = colliding(before, wanted, theirs);
      if (fields.length) {
        const choices = await ask({ object, fields, before, mine: wanted, theirs });
        wanted = decided(wanted, before, fields, choices);
      }
      if (Object.keys(wanted).length === 0) {
        noteSaved(object, theirs);
        return theirs;
      }
      before = theirs;
    }
  }
  throw new ApiError(409, {}, null);
}

/** What is still to be saved after the choice: mine, or what it was before; theirs stands already. */
export function decided(mine: Values, before: RecordData, fields: string[], choices: Record<string, Choice> | null): Values {
  if (!choices) return {};
  return Object.fromEntries(Object.entries(mine).flatMap(([name, value]) => {
    if (!fields.includes(name) || choices[name] === "mine") return [[name, value]];
    return choices[name] === "before" ? [[name, before[name] ?? null]] : [];
  }));
}

function ask(question: Omit<Conflict, "decide">): Promise<Record<string, Choice> | null> {
  return new Promise((resolve) => {
    conflictState.current = {
      ...question,
      decide: (choices) => {
        conflictState.current = null;
        resolve(choices);
      },
    };
  });
}

/** Shows the saved record wherever it is seen, at once; sums and counts are asked for again. */
export function noteSaved(object: string, saved: RecordData): void {
  queryClient.setQueryData(["record", object, saved.id], saved);
  queryClient.setQueriesData<{ pages: Page[]; pageParams: unknown[] }>({ queryKey: ["records", object, "pages"] }, (data) => data && {
    ...data,
    pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === saved.id ? overlay(item, saved) : item)) })),
  });
  void queryClient.invalidateQueries({ queryKey: ["aggregate", object] });
  void queryClient.invalidateQueries({ queryKey: ["timeline", object, saved.id] });
  void queryClient.invalidateQueries({ queryKey: ["history", object, saved.id] });
}

function overlay(item: RecordData, saved: RecordData): RecordData {
  const next: RecordData = { ...item, version: saved.version };
  for (const key of Object.keys(item)) {
    const value = saved[key];
    if (value !== undefined) next[key] = value;
  }
  return next;
}
