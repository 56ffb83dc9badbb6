// The list by groups: counts and sums from the aggregate, rows of a group only when it is looked at.
import { useQuery } from "@tanstack/vue-query";
import { computed, reactive, ref, shallowReactive, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import { useLocale } from "@/fields/useLocale";
import * as api from "@/lib/api";
import { isNumeric, shownType } from "@/meta/catalog";
import type { RecordData } from "@/meta/types";
import { isPath } from "./fields";
import { groupsOf, layOut, steady, type ListGroup, type ListRow } from "./groups";
import type { ListState } from "./useListState";
import type { RecordPages } from "./useRecords";
import type { Measure } from "./views";

export interface Groups {
  on: ComputedRef<boolean>;
  groups: ComputedRef<ListGroup[]>;
  rows: ComputedRef<ListRow[]>;
  items: ComputedRef<RecordData[]>;
  /** groups whose rows are wanted: one loader each */
  wanted: ComputedRef<ListGroup[]>;
  folded: Ref<Set<string>>;
  pending: ComputedRef<boolean>;
  stale: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  measures: ComputedRef<Record<string, Measure>>;
  toggle: (key: string) => void;
  foldAll: (fold: boolean) => void;
  need: (key: string) => void;
  /** while held, loaded rows keep their order */
  hold: (on: boolean) => void;
  loaded: (key: string, pages: RecordPages | null) => void;
  refetch: () => void;
}

/** The sums a grouped list shows: those chosen, else of each money column. */
export function shownMeasures(state: ListState, grouped: boolean): Record<string, Measure> {
  const chosen = Object.fromEntries(state.columns.value.flatMap((item) => { const measure = state.sums.value[item.name]; return measure ? [[item.name, measure]] : []; }));
  if (Object.keys(chosen).length || !grouped) return chosen;
  return Object.fromEntries(state.columns.value.filter((item) => shownType(item) === "money" && isNumeric(item) && item.access !== "mask" && !isPath(item.name)).map((item) => [item.name, "sum"]));
}

export function useGroups(state: ListState, enabled: () => boolean): Groups {
  const lang = useLocale();
  const folded = ref<Set<string>>(new Set());
  const seen = reactive(new Set<string>());
  const pages = shallowReactive(new Map<string, RecordPages>());
  const held = shallowRef<Map<string, number[]> | null>(null);
  const on = computed(() => enabled() && state.group.value !== null && !state.q.value);
  const measures = computed(() => shownMeasures(state, on.value));
  const query = useQuery({
    queryKey: computed(() => ["aggregate", state.object.value.name, "groups", state.group.value?.group, state.fullFilter.value, measures.value]),
    queryFn: ({ signal }) => api.aggregate(state.object.value.name, {
      group: state.group.value?.group, measure: ["count()", ...Object.entries(measures.value).map(([name, measure]) => `${measure}(${name})`)].join(","), filter: state.fullFilter.value || undefined,
    }, signal),
    enabled: computed(() => on.value && state.ready.value),
    placeholderData: (previous) => previous,
  });
  // while another grouping is on its way the old rows mean nothing
  const groups = computed(() => {
    const group = state.group.value;
    const rows = query.data.value?.items ?? [];
    return group && on.value && (rows.length === 0 || group.group in (rows[0] ?? {})) ? groupsOf(group.field, group.part, group.group, rows, state.fullFilter.value, lang.value) : [];
  });
  watch([state.fullFilter, () => state.group.value?.group, () => state.object.value.name], () => {
    folded.value = new Set();
    seen.clear();
    pages.clear();
  });
  const rows = computed(() => layOut(groups.value, folded.value, (key) => {
    const found = pages.get(key);
    return found && { items: steady(found.items.value, held.value?.get(key)), hasMore: found.hasMore.value, pending: found.pending.value };
  }));
  function need(key: string): void {
    if (!seen.has(key)) seen.add(key);
    else pages.get(key)?.more();
  }
  function hold(wanted: boolean): void {
    held.value = wanted ? new Map([...pages].map(([key, found]) => [key, found.items.value.map((item) => item.id)])) : null;
  }
  return {
    hold, on, groups, rows, measures, folded, need,
    items: computed(() => rows.value.flatMap((row) => (row.kind === "record" ? [row.record] : []))),
    wanted: computed(() => groups.value.filter((group) => seen.has(group.key) && !folded.value.has(group.key))),
    pending: computed(() => on.value && (query.isPending.value || (groups.value.length === 0 && query.isPlaceholderData.value))),
    stale: computed(() => query.isPlaceholderData.value),
    error: computed(() => (on.value ? query.error.value : null)),
    toggle: (key) => { const next = new Set(folded.value); if (!next.delete(key)) next.add(key); folded.value = next; },
    foldAll: (fold) => { folded.value = fold ? new Set(groups.value.map((group) => group.key)) : new Set(); },
    loaded: (key, found) => { if (found) pages.set(key, found); else pages.delete(key); },
    refetch: () => void query.refetch(),
  };
}
