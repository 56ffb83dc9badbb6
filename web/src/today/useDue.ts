// What is due: open tasks and follow-ups whose next date has come. One filter each, shared by the home page and the badges.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { field } from "@/meta/catalog";
import type { ObjectDef, RecordData } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";

const CLOSED = ["done", "completed", "finished", "closed", "cancelled", "canceled"];

/** "status not done": the closed keys that this task object really has. */
export function openTaskFilter(task: ObjectDef): string {
  const status = field(task, "status");
  const closed = (status?.options ?? []).filter((option) => CLOSED.includes(option.key) || option.outcome === "won" || option.outcome === "lost").map((option) => `"${option.key}"`);
  return closed.length ? `not status in (${closed.join(", ")})` : "";
}
export function doneKey(task: ObjectDef): string | undefined {
  return field(task, "status")?.options?.find((option) => CLOSED.includes(option.key))?.key;
}

export function useDueCount(): ComputedRef<string> {
  const catalog = useCatalog();
  const task = computed(() => catalog.get("task"));
  const query = useQuery({
    queryKey: ["count", "task", "due"],
    queryFn: ({ signal }) => {
      const open = task.value ? openTaskFilter(task.value) : "";
      return api.listRecords("task", { filter: ["owner = me()", "due_at < today() + 1", open].filter(Boolean).join(" and "), limit: 1, fields: "id", count: true }, signal);
    },
    enabled: computed(() => task.value !== undefined),
    staleTime: 60_000,
  });
  return computed(() => {
    const count = query.data.value?.count ?? 0;
    return count > 99 ? "99+" : count > 0 ? String(count) : "";
  });
}

export interface DueItem { object: "task" | "activity"; record: RecordData; at: string; title: string }

export function useDueItems(scope: () => string, horizonDays = 7): { items: ComputedRef<DueItem[]>; loading: ComputedRef<boolean>; error: ComputedRef<Error | null>; refetch: () => void } {
  const catalog = useCatalog();
  const horizon = `< today() + ${horizonDays + 1}`;
  const tasks = useQuery({
    queryKey: computed(() => ["today", "task", scope()]),
    queryFn: ({ signal }) => {
      const object = catalog.get("task");
      const open = object ? openTaskFilter(object) : "";
      return api.listRecords("task", { filter: [scope(), `due_at ${horizon}`, open].filter(Boolean).join(" and "), sort: "due_at", limit: 50 }, signal);
    },
    enabled: computed(() => catalog.get("task") !== undefined),
  });
  const follow = useQuery({
    queryKey: computed(() => ["today", "activity", scope()]),
    queryFn: ({ signal }) => api.listRecords("activity", { filter: `${scope()} and next_at >= today() - 30 and next_at ${horizon}`, sort: "next_at", limit: 50, fields: "id,version,name,type,content,at,next_at,target,owner" }, signal),
    enabled: computed(() => { const object = catalog.get("activity"); return object !== undefined && field(object, "next_at") !== undefined; }),
  });
  const items = computed<DueItem[]>(() => {
    const text = (record: RecordData, ...names: string[]): string => names.map((name) => record[name]).find((value): value is string => typeof value === "string" && value !== "") ?? "";
    const fromTasks = (tasks.data.value?.items ?? []).map((record) => ({ object: "task" as const, record, at: text(record, "due_at"), title: text(record, "title", "name") }));
    const fromFollow = (follow.data.value?.items ?? []).map((record) => ({ object: "activity" as const, record, at: text(record, "next_at"), title: text(record, "content", "name") }));
    return [...fromTasks, ...fromFollow].filter((item) => item.at).sort((a, b) => a.at.localeCompare(b.at));
  });
  return {
    items,
    loading: computed(() => tasks.isPending.value && catalog.get("task") !== undefined),
    error: computed(() => tasks.error.value ?? follow.error.value),
    refetch: () => { void tasks.refetch(); void follow.refetch(); },
  };
}
