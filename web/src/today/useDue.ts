// What is due: open tasks, and records whose next follow-up has come. Shared by the home page and the badges.
import { useQueries } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { firstAnswered } from "@/lib/firstAnswers";
import { amountField, field, stageField } from "@/meta/catalog";
import { asRecordRef, asRef, asText, type ObjectDef, type RecordData, type RecordRef } from "@/meta/types";
import { dueState } from "@/lib/format";
import { useCatalog } from "@/stores/catalog";
import { useNow } from "@/ui/useNow";
import { inPayingOrder, type DueItem } from "./paying";

export type { DueItem } from "./paying";
const FOLLOW_UP = "next_follow_up";
const AT_ONCE = 100;
const HORIZON_DAYS = 7;

/** Leaves out what is closed: the won and lost ends of the object's stage. */
export function openFilter(object: ObjectDef): string {
  const stage = stageField(object) ?? field(object, "status");
  const closed = (stage?.options ?? []).filter((option) => option.outcome === "won" || option.outcome === "lost").map((option) => `"${option.key}"`);
  return stage && closed.length ? `not ${stage.name} in (${closed.join(", ")})` : "";
}
export function doneKey(task: ObjectDef): string | undefined {
  return field(task, "status")?.options?.find((option) => option.outcome === "won" || option.key === "done")?.key;
}
export const dueField = (object: ObjectDef): string => (object.name === "task" ? "due_at" : FOLLOW_UP);

export interface Due { items: ComputedRef<DueItem[]>; loading: ComputedRef<boolean>; error: ComputedRef<Error | null>; refetch: () => void }

/** The same step is said once: at its task, else at its deal, and only then at its customer. */
function notTwice(item: DueItem, _index: number, all: DueItem[]): boolean {
  if (item.isTask) return true;
  const day = item.at.slice(0, 10);
  return !all.some((other) => other !== item && other.target?.object === item.object.name && other.target.id === item.record.id && (item.object.name === "customer" ? !other.isTask || other.at.slice(0, 10) === day : other.isTask && other.at.slice(0, 10) === day));
}
function targetOf(object: ObjectDef, record: RecordData): RecordRef | null {
  if (object.name === "task") return asRecordRef(record.target);
  const party = asRef(record.customer);
  return party ? { object: "customer", id: party.id, name: party.name } : null;
}

/** What is due until the horizon, in the order it pays. `rich` also asks what tasks hang at, to know what they are worth. */
export function useDueItems(scope: () => string, rich = false, enabled: () => boolean = () => true): Due {
  const catalog = useCatalog();
  const now = useNow();
  const objects = computed(() => catalog.readable.filter((object) => object.name === "task" || field(object, FOLLOW_UP)));
  const wantedOf = (object: ObjectDef, more: string[]): string => ["id", "version", "name", "title", "owner", "target", "customer", "company", "priority", "status", "stage", "level", "probability", "phone", ...more, amountField(object)?.name ?? ""].filter((name, index, all) => all.indexOf(name) === index && (name === "id" || name === "version" || field(object, name))).join(",");
  const results = useQueries({
    queries: computed(() => objects.value.map((object) => ({
      queryKey: ["records", object.name, "due", scope(), HORIZON_DAYS],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.listRecords(object.name, {
        filter: allOf(scope(), `${dueField(object)} < today() + ${HORIZON_DAYS + 1}`, openFilter(object)), sort: `-${dueField(object)}`, limit: AT_ONCE, fields: wantedOf(object, [dueField(object)]),
      }, signal),
      enabled: enabled(),
      staleTime: 60_000,
    }))),
  });
  const bare = computed(() => objects.value.flatMap((object, index) => (results.value[index]?.data?.items ?? []).map((record) => ({ object, record, at: asText(record[dueField(object)]), target: targetOf(object, record) }))));
  const asked = computed(() => ["opportunity", "customer"].flatMap((name) => {
    const object = catalog.get(name);
    const ids = [...new Set(bare.value.filter((item) => item.object.name === "task" && item.target?.object === name).map((item) => item.target?.id ?? 0))].sort((a, b) => a - b);
    return rich && object && ids.length ? [{ object, ids }] : [];
  }));
  const targets = useQueries({
    queries: computed(() => asked.value.map(({ object, ids }) => ({
      queryKey: ["records", object.name, "dueTargets", ids.join()],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.listRecords(object.name, { filter: `id in (${ids.join(", ")})`, limit: AT_ONCE, fields: wantedOf(object, []) }, signal),
      staleTime: 5 * 60_000,
    }))),
  });
  const known = computed(() => new Map(asked.value.flatMap(({ object }, index) => (targets.value[index]?.data?.items ?? []).map((record) => [`${object.name}:${record.id}`, { object, record }] as const))));
  const items = computed<DueItem[]>(() => inPayingOrder(bare.value.filter((item) => item.at).map((item) => {
    const isTask = item.object.name === "task";
    const at = isTask && item.target ? known.value.get(`${item.target.object}:${item.target.id}`) : undefined;
    return { ...item, isTask, title: isTask ? asText(item.record.title) || asText(item.record.name) : asText(item.record.name), about: isTask ? (at ?? null) : { object: item.object, record: item.record } };
  }).filter(notTwice), now.value));
  return {
    items,
    loading: computed(() => results.value.some((result) => result.isPending)),
    error: computed(() => results.value.find((result) => result.error)?.error ?? null),
    refetch: () => { for (const result of results.value) void result.refetch(); },
  };
}

export function useDueCount(): ComputedRef<string> {
  const now = useNow();
  const due = useDueItems(() => "owner = me()", false, () => firstAnswered.value);
  return computed(() => {
    const count = due.items.value.filter((item) => dueState(item.at, now.value) !== "plan").length;
    return count > 99 ? "99+" : count > 0 ? String(count) : "";
  });
}
