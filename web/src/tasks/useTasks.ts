// The tasks of somebody, of a team, or of a record; and what can be done with one, each change shown at once and put back where it is refused.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { patchRanges, usePages, type AllPages } from "@/calendar/usePages";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { ApiError } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import { field } from "@/meta/catalog";
import type { RecordData, Values } from "@/meta/types";
import { saveRecord } from "@/record/save";
import { useCatalog } from "@/stores/catalog";
import { doneKey, openFilter } from "@/today/useDue";
import { say } from "@/ui/toast";
import type { GroupKey } from "./groups";

const FIELDS = ["id", "version", "name", "title", "due_at", "priority", "status", "target", "remind_at", "completed_at", "repeat", "checklist", "description", "owner", "created_by", "acknowledged_at"];
const DONE_DAYS = 7;

export interface TaskList { records: ComputedRef<RecordData[]>; open: AllPages; pending: ComputedRef<boolean> }

export function useTasks(scope: () => string): TaskList {
  const catalog = useCatalog();
  const object = computed(() => catalog.get("task"));
  const fields = computed(() => FIELDS.filter((name) => name === "id" || name === "version" || (object.value && field(object.value, name))).join(","));
  const closed = computed(() => (object.value ? doneKey(object.value) : undefined));
  const open = usePages(() => "task", () => ({ filter: allOf(scope(), object.value ? openFilter(object.value) : ""), sort: "due_at", fields: fields.value }), () => object.value !== undefined, 1000);
  const done = usePages(() => "task", () => ({ filter: allOf(scope(), `status = "${closed.value ?? "done"}" and completed_at >= today() - ${DONE_DAYS}`), sort: "-completed_at", fields: fields.value }), () => closed.value !== undefined, 100);
  const records = computed(() => {
    const seen = new Set(open.items.value.map((record) => record.id));
    return [...open.items.value, ...done.items.value.filter((record) => !seen.has(record.id))];
  });
  return { records, open, pending: open.pending };
}

export interface TaskActions {
  overlay: ShallowRef<Map<number, Values>>;
  held: ShallowRef<Map<number, GroupKey>>;
  refusals: ShallowRef<Map<number, string>>;
  shown: (record: RecordData) => RecordData;
  patch: (record: RecordData, values: Values) => Promise<boolean>;
  finish: (record: RecordData, at: GroupKey) => Promise<void>;
  act: (record: RecordData, name: string, body: Values, done: string) => Promise<void>;
  remove: (record: RecordData) => Promise<void>;
}

export function useTaskActions(): TaskActions {
  const { t } = useI18n();
  const catalog = useCatalog();
  const overlay = shallowRef(new Map<number, Values>());
  const held = shallowRef(new Map<number, GroupKey>());
  const refusals = shallowRef(new Map<number, string>());
  const change = <V>(map: ShallowRef<Map<number, V>>, id: number, value: V | null): void => {
    const next = new Map(map.value);
    if (value === null) next.delete(id);
    else next.set(id, value);
    map.value = next;
  };
  const reason = (error: unknown): string => (error instanceof ApiError ? (error.status === 0 ? t("error.network") : Object.values(error.byField()).join(" ")) : String(error));

  async function write(record: RecordData, values: Values): Promise<RecordData | null> {
    change(refusals, record.id, null);
    change(overlay, record.id, { ...overlay.value.get(record.id), ...values });
    try {
      const saved = await saveRecord("task", record, values);
      patchRanges("task", saved);
      invalidateRecord("task", record.id);
      return saved;
    } catch (error) {
      change(refusals, record.id, reason(error));
      return null;
    } finally {
      change(overlay, record.id, null);
    }
  }
  async function finish(record: RecordData, at: GroupKey): Promise<void> {
    const object = catalog.get("task");
    const done = object && doneKey(object);
    if (!done) return;
    const before = record.status ?? "open";
    const closing = before !== done;
    change(held, record.id, at);
    const saved = await write(record, { status: closing ? done : "open" });
    window.setTimeout(() => change(held, record.id, null), saved ? 1600 : 0);
    if (!saved || !closing) return;
    say(t("tasks.finished", { title: String(record.title ?? record.name ?? "") }), { action: { label: t("common.undo"), run: () => void reopen(saved, before) } });
  }
  /** A repeated task that was done has made its next one: taken back, that one goes too. */
  async function reopen(saved: RecordData, before: Values[string]): Promise<void> {
    if (!(await write(saved, { status: before })) || !saved.repeat) return;
    try {
      const next = await api.listRecords("task", { filter: `previous = ${saved.id}`, fields: "id", limit: 5 });
      for (const record of next.items) await api.deleteRecord("task", record.id);
      invalidateRecord("task");
    } catch (error) {
      change(refusals, saved.id, reason(error));
    }
  }
  async function act(record: RecordData, name: string, body: Values, done: string): Promise<void> {
    change(refusals, record.id, null);
    try {
      await api.runAction("task", record.id, name, body);
      invalidateRecord("task", record.id);
      say(done);
    } catch (error) {
      change(refusals, record.id, reason(error));
    }
  }
  async function remove(record: RecordData): Promise<void> {
    try {
      await api.deleteRecord("task", record.id);
      invalidateRecord("task", record.id);
      say(t("tasks.removed"), { action: { label: t("common.undo"), run: () => void api.restoreRecord("task", record.id).then(() => invalidateRecord("task", record.id)).catch((error: unknown) => say(reason(error), { tone: "bad" })) } });
    } catch (error) {
      change(refusals, record.id, reason(error));
    }
  }
  return {
    overlay, held, refusals, finish, act, remove, patch: async (record, values) => (await write(record, values)) !== null,
    shown: (record) => { const values = overlay.value.get(record.id); return values ? { ...record, ...values } : record; },
  };
}
