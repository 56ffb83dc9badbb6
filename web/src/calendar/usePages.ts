// All pages of a question, one after the other: what a calendar or a plan shows has no "more" to scroll to.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type ComputedRef, type Ref } from "vue";
import * as api from "@/lib/api";
import { queryClient } from "@/lib/queries";
import type { Page, RecordData } from "@/meta/types";

const PAGE = 200;
export interface AllPages {
  items: ComputedRef<RecordData[]>;
  pending: ComputedRef<boolean>;
  fetching: Ref<boolean>;
  error: ComputedRef<Error | null>;
  /** how many have come so far, while more are coming */
  loaded: Ref<number>;
  /** the limit was reached: there are more than are shown */
  cut: ComputedRef<boolean>;
  refetch: () => void;
}

export interface Range { items: RecordData[]; cut: boolean }
/** The key under which whole ranges are kept, so that a saved record can be shown in all of them at once. */
export const rangeKey = (object: string, query: api.ListQuery): unknown[] => ["records", object, "all", query];

export async function fetchAll(object: string, query: api.ListQuery, limit: number, signal: AbortSignal, progress: (count: number) => void = () => undefined): Promise<Range> {
  const items: RecordData[] = [];
  let after: string | null = null;
  do {
    const page: Page = await api.listRecords(object, { ...query, limit: PAGE, after }, signal);
    items.push(...page.items);
    progress(items.length);
    after = page.next;
  } while (after && items.length < limit);
  return { items, cut: after !== null };
}

/** Shows a saved record in every range that holds it, before any of them is asked for again. */
export function patchRanges(object: string, saved: RecordData): void {
  queryClient.setQueriesData<Range>({ queryKey: ["records", object, "all"] }, (data) => data && {
    ...data,
    items: data.items.map((item) => (item.id === saved.id ? { ...item, ...Object.fromEntries(Object.keys(item).filter((name) => saved[name] !== undefined).map((name) => [name, saved[name] ?? null])) } : item)),
  });
}

export function usePages(object: () => string, query: () => api.ListQuery, enabled: () => boolean = () => true, limit = 2000): AllPages {
  const loaded = ref(0);
  const result = useQuery({
    queryKey: computed(() => rangeKey(object(), query())),
    queryFn: ({ signal }) => { loaded.value = 0; return fetchAll(object(), query(), limit, signal, (count) => { loaded.value = count; }); },
    enabled: computed(() => enabled() && object() !== ""),
    placeholderData: (previous) => previous,
  });
  return {
    items: computed(() => result.data.value?.items ?? []), pending: computed(() => result.isPending.value && result.fetchStatus.value !== "idle"), fetching: result.isFetching, loaded,
    error: computed(() => result.error.value), cut: computed(() => result.data.value?.cut ?? false), refetch: () => void result.refetch(),
  };
}
