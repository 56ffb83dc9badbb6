// What is due: open tasks, and records whose next follow-up has come. Shared by the home page and the badges.
import { useQueries } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { dayDistance, dueState, parseDate } from "@/lib/format";
import { amountField, field, stageField } from "@/meta/catalog";
import { asNumber, asRecordRef, asRef, asText, type ObjectDef, type RecordData, type RecordRef } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { useNow } from "@/ui/useNow";

const FOLLOW_UP = "next_follow_up";

/** Leaves out what is closed: the won and lost ends of the object's stage. */
export function openFilter(object: ObjectDef): string {
  const stage = stageField(object) ?? field(object, "status");
  const closed = (stage?.options ?? []).filter((option) => option.outcome === "won" || option.outcome === "lost").map((option) => `"${option.key}"`);
  return stage && closed.length ? `not ${stage.name} in (${closed.join(", ")})` : "";
}
export function doneKey(task: ObjectDef): string | undefined {
  return field(task, "status")?.options?.find((option) => option.outcome === "won" || option.key === "done")?.key;
}

export interface DueItem { object: ObjectDef; record: RecordData; at: string; title: string; target: RecordRef | null; isTask: boolean }
export interface Due { items: ComputedRef<DueItem[]>; loading: ComputedRef<boolean>; error: ComputedRef<Error | null>; refetch: () => void }

const PRIORITY_WORTH: Record<string, number> = { urgent: 600_000, high: 250_000, normal: 60_000, low: 15_000 };

/** Where the next hour pays most: worth × probability × urgency. What has lain for months is urgent no more. */
export function payScore(item: DueItem, now: Date): number {
  const stage = stageField(item.object);
  const option = stage?.options?.find((candidate) => candidate.key === asText(item.record[stage.name]));
  const amount = asNumber(item.record[amountField(item.object)?.name ?? ""]);
  const worth = item.isTask ? (PRIORITY_WORTH[asText(item.record.priority)] ?? 60_000) : (amount ?? 100_000) * (option?.probability ?? 0.2);
  const days = -dayDistance(parseDate(item.at) ?? now, now);
  const urgency = days < 0 ? 0.5 / -days : days === 0 ? 1 : days <= 7 ? 1.3 : days <= 30 ? 0.7 : 0.15;
  return Math.max(worth, 5_000) * urgency;
}

/** A follow-up on a deal is due on its customer too: said once, at the deal. */
function notTwice(item: DueItem, _index: number, all: DueItem[]): boolean {
  return item.object.name !== "customer" || !all.some((other) => !other.isTask && other.target?.object === "customer" && other.target.id === item.record.id);
}

export function useDueItems(scope: () => string, horizonDays = 7): Due {
  const catalog = useCatalog();
  const now = useNow();
  const objects = computed(() => catalog.readable.filter((object) => object.name === "task" || field(object, FOLLOW_UP)));
  const dateOf = (object: ObjectDef): string => (object.name === "task" ? "due_at" : FOLLOW_UP);
  const results = useQueries({
    queries: computed(() => objects.value.map((object) => ({
      queryKey: ["records", object.name, "due", scope()],
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        const wanted = ["id", "version", "name", "title", "owner", "target", "customer", "company", "priority", "status", "stage", dateOf(object), amountField(object)?.name ?? ""];
        return api.listRecords(object.name, {
          filter: allOf(scope(), `${dateOf(object)} < today() + ${horizonDays + 1}`, openFilter(object)), sort: dateOf(object), limit: 100,
          fields: wanted.filter((name) => name === "id" || name === "version" || field(object, name)).join(","),
        }, signal);
      },
      staleTime: 60_000,
    }))),
  });
  const items = computed<DueItem[]>(() => objects.value.flatMap((object, index) => (results.value[index]?.data?.items ?? []).map((record) => {
    const party = asRef(record.customer);
    const isTask = object.name === "task";
    return { object, record, isTask, at: asText(record[dateOf(object)]), title: isTask ? asText(record.title) || asText(record.name) : asText(record.name), target: isTask ? asRecordRef(record.target) : party ? { object: "customer", id: party.id, name: party.name } : null };
  })).filter((item) => item.at).filter(notTwice).sort((a, b) => payScore(b, now.value) - payScore(a, now.value)));
  return {
    items,
    loading: computed(() => results.value.some((result) => result.isPending)),
    error: computed(() => results.value.find((result) => result.error)?.error ?? null),
    refetch: () => { for (const result of results.value) void result.refetch(); },
  };
}

export function useDueCount(): ComputedRef<string> {
  const now = useNow();
  const due = useDueItems(() => "owner = me()");
  return computed(() => {
    const count = due.items.value.filter((item) => dueState(item.at, now.value) !== "plan").length;
    return count > 99 ? "99+" : count > 0 ? String(count) : "";
  });
}
