// The rules of one pool, in their order, and the one that is being written: what it would be as the server takes it, for trying it before it is saved.
import { useQuery } from "@tanstack/vue-query";
import { computed, reactive, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { invalidateRecord, queryClient } from "@/lib/queries";
import { field, isWritable } from "@/meta/catalog";
import { asNumber, asText, type FieldDef, type Json, type RecordData, type Values } from "@/meta/types";
import { toWire } from "@/record/save";
import { useCatalog } from "@/stores/catalog";
import { say } from "@/ui/toast";
import { reordered, ruleSentence } from "./words";

const OBJECT = "pool_rule";
/** Asked in this order; what an administrator added follows. */
const FIRST = ["clock", "days", "warn_days", "condition", "departments", "name"];
const KEPT = new Set(["pool", "object", "order", "owner", "department", "active"]);

export interface Rules {
  list: ComputedRef<RecordData[]>;
  pending: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  refetch: () => void;
  may: ComputedRef<boolean>;
  fields: ComputedRef<FieldDef[]>;
  /** null: none is being written; 0: a new one */
  editing: Ref<number | null>;
  draft: Values;
  errors: Ref<Record<string, string>>;
  busy: Ref<boolean>;
  wire: ComputedRef<Values | null>;
  /** grows with every change of stored rules */
  stamp: Ref<number>;
  open: (rule: RecordData | null) => void;
  close: () => void;
  set: (name: string, value: Json) => void;
  save: () => Promise<void>;
  toggle: (rule: RecordData) => Promise<void>;
  remove: (rule: RecordData) => Promise<void>;
  move: (from: number, to: number) => Promise<void>;
}

export function useRules(pool: () => number, object: () => string): Rules {
  const { t } = useI18n();
  const catalog = useCatalog();
  const definition = computed(() => catalog.get(OBJECT));
  const editing = ref<number | null>(null);
  const draft = reactive<Values>({});
  const errors = ref<Record<string, string>>({});
  const busy = ref(false);
  const stamp = ref(0);
  const key = computed(() => ["records", OBJECT, "of", pool()]);
  const query = useQuery({
    queryKey: key, queryFn: ({ signal }) => api.listRecords(OBJECT, { filter: `pool = ${pool()}`, limit: 200 }, signal), enabled: computed(() => definition.value !== undefined),
  });
  const list = computed(() => [...(query.data.value?.items ?? [])].sort((a, b) => (asNumber(a.order) ?? 1e9) - (asNumber(b.order) ?? 1e9) || a.id - b.id));
  const fields = computed<FieldDef[]>(() => {
    const own = definition.value;
    if (!own) return [];
    const rest = own.fields.filter((item) => isWritable(own, item) && !KEPT.has(item.name) && !FIRST.includes(item.name));
    return [...FIRST.flatMap((name) => field(own, name) ?? []), ...rest].filter((item) => isWritable(own, item)).map((item) => (item.name === "name" ? { ...item, required: false, help: t("pool.nameHint") } : item));
  });

  function open(rule: RecordData | null): void {
    for (const name of Object.keys(draft)) delete draft[name];
    for (const item of fields.value) draft[item.name] = rule ? (rule[item.name] ?? null) : (item.default ?? null);
    if (!rule) Object.assign(draft, { clock: draft.clock ?? "follow_up", days: draft.days ?? 30, warn_days: draft.warn_days ?? 3 });
    errors.value = {};
    editing.value = rule?.id ?? 0;
  }
  function close(): void {
    editing.value = null;
    errors.value = {};
  }
  // a rule that nobody named is called what it says
  const values = computed<Values>(() => {
    const sent: Values = { ...toWire(draft) };
    for (const item of fields.value) if (item.type === "integer") sent[item.name] = asNumber(draft[item.name]) ?? draft[item.name] ?? null;
    if ("name" in draft && !asText(draft.name).trim()) sent.name = ruleSentence(draft, t).slice(0, 200);
    return sent;
  });
  const last = computed(() => Math.max(0, ...list.value.map((rule) => asNumber(rule.order) ?? 0)));
  const wire = computed<Values | null>(() => {
    if (editing.value === null) return null;
    const stored = list.value.find((rule) => rule.id === editing.value);
    return { ...values.value, active: stored ? stored.active !== false : true, order: stored ? (stored.order ?? null) : last.value + 10, ...(editing.value ? { id: editing.value } : {}) };
  });
  async function changed(): Promise<void> {
    invalidateRecord(OBJECT);
    await queryClient.invalidateQueries({ queryKey: key.value });
    stamp.value++;
  }
  async function save(): Promise<void> {
    if (busy.value || editing.value === null) return;
    busy.value = true;
    errors.value = {};
    try {
      if (editing.value) await api.updateRecord(OBJECT, editing.value, values.value, list.value.find((rule) => rule.id === editing.value)?.version);
      else await api.createRecord(OBJECT, { ...values.value, pool: pool(), order: last.value + 10, active: true });
      await changed();
      close();
    } catch (error) {
      errors.value = error instanceof ApiError ? error.byField() : { "": String(error) };
    } finally {
      busy.value = false;
    }
  }
  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      say(error instanceof ApiError ? Object.values(error.byField()).join(" ") : String(error), { tone: "bad" });
    }
    await changed();
  }
  const remove = (rule: RecordData): Promise<void> => attempt(async () => {
    await api.deleteRecord(OBJECT, rule.id);
    if (editing.value === rule.id) close();
    say(t("entry.deleted", { label: definition.value?.label ?? "" }), { action: { label: t("common.undo"), run: () => void api.restoreRecord(OBJECT, rule.id).then(changed) } });
  });
  async function move(from: number, to: number): Promise<void> {
    const changes = reordered(list.value.map((rule) => ({ id: rule.id, order: asNumber(rule.order) ?? 0 })), from, to);
    if (!changes.length) return;
    await attempt(() => api.batchUpdate(OBJECT, changes.map((change) => ({ id: change.id, values: { order: change.order } }))));
  }
  return {
    list, fields, editing, draft, errors, busy, wire, stamp, open, close, save, remove, move,
    pending: computed(() => query.isPending.value), error: computed(() => query.error.value), refetch: () => void query.refetch(),
    may: computed(() => definition.value !== undefined && definition.value.rights.update && object() !== ""),
    set: (name, value) => { draft[name] = value; const { [name]: _gone, ...rest } = errors.value; errors.value = rest; },
    toggle: (rule) => attempt(() => api.updateRecord(OBJECT, rule.id, { active: rule.active === false })),
  };
}
