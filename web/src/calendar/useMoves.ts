// Moving in a calendar or a plan: shown at once, put back with the reason when it is refused, undone with one press.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { ApiError } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import type { RecordData, Values } from "@/meta/types";
import { saveRecord } from "@/record/save";
import { say } from "@/ui/toast";
import { patchRanges } from "./usePages";

export interface Refusal { key: string; message: string }
export interface Movable { key: string; object: string; id: number; title: string; record: RecordData }
export interface Moves<To> {
  overlay: ShallowRef<Map<string, To>>;
  refusal: ShallowRef<Refusal | null>;
  saving: ComputedRef<boolean>;
  /** @param wait milliseconds in which further steps of the same thing are taken together */
  move: (item: Movable, to: To, values: Values, done: string, back?: () => void, wait?: number) => Promise<void>;
}

export function useMoves<To>(): Moves<To> {
  const { t } = useI18n();
  const overlay = shallowRef(new Map<string, To>()) as ShallowRef<Map<string, To>>;
  const refusal = shallowRef<Refusal | null>(null);
  const set = (key: string, to: To | null): void => {
    const next = new Map(overlay.value);
    if (to === null) next.delete(key);
    else next.set(key, to);
    overlay.value = next;
  };
  async function write(item: Movable, values: Values): Promise<RecordData> {
    const saved = await saveRecord(item.object, item.record, values);
    patchRanges(item.object, saved);
    invalidateRecord(item.object, item.id);
    return saved;
  }
  function refuse(item: Movable, error: unknown): void {
    const message = error instanceof ApiError ? (error.status === 0 ? t("error.network") : Object.values(error.byField()).join(" ")) : String(error);
    refusal.value = { key: item.key, message };
  }
  const turns = new Map<string, number>();
  const queues = new Map<string, Promise<void>>();
  const newest = new Map<string, RecordData>();
  /** What was saved a moment ago may be newer than what the item still carries. */
  const base = (item: Movable): RecordData => { const last = newest.get(item.key); return last && last.version > item.record.version ? { ...item.record, ...last } : item.record; };

  async function save(item: Movable, values: Values, done: string, back: () => void, turn: number): Promise<void> {
    const record = base(item);
    try {
      const saved = await write({ ...item, record }, values);
      newest.set(item.key, saved);
      const before = Object.fromEntries(Object.keys(values).map((name) => [name, record[name] ?? null]));
      const undo = (): void => { write({ ...item, record: base({ ...item, record: saved }) }, before).then((again) => newest.set(item.key, again)).catch((error: unknown) => refuse(item, error)); };
      say(done, { action: { label: t("common.undo"), run: undo } });
    } catch (error) {
      back();
      refuse(item, error);
    } finally {
      if (turns.get(item.key) === turn) set(item.key, null);
    }
  }
  async function move(item: Movable, to: To, values: Values, done: string, back: () => void = () => undefined, wait = 0): Promise<void> {
    refusal.value = null;
    if (Object.keys(values).length === 0) return back();
    const turn = (turns.get(item.key) ?? 0) + 1;
    turns.set(item.key, turn);
    set(item.key, to);
    if (wait) await new Promise((resolve) => { window.setTimeout(resolve, wait); });
    if (turns.get(item.key) !== turn) return;
    const queued = (queues.get(item.key) ?? Promise.resolve()).then(() => save(item, values, done, back, turn));
    queues.set(item.key, queued);
    await queued;
  }
  return { overlay, refusal, move, saving: computed(() => overlay.value.size > 0) };
}
