// Endless keyed pages of one list.
import { useInfiniteQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import type { RecordData } from "@/meta/types";

export interface RecordPages {
  items: ComputedRef<RecordData[]>;
  pending: ComputedRef<boolean>;
  stale: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  more: () => void;
  hasMore: ComputedRef<boolean>;
  loadingMore: ComputedRef<boolean>;
  refetch: () => void;
}

export function useRecords(object: () => string, query: () => api.ListQuery, enabled: () => boolean = () => true): RecordPages {
  const result = useInfiniteQuery({
    queryKey: computed(() => ["records", object(), "pages", query()]),
    queryFn: ({ pageParam, signal }) => api.listRecords(object(), { limit: pageParam ? 200 : 50, ...query(), after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled: computed(enabled),
    placeholderData: (previous) => previous,
    shallow: true, // records are replaced, never changed: watching each of a hundred thousand would cost more than drawing them
    structuralSharing: false, // comparing every page with its next version costs more the further one has scrolled
  });
  const items = computed(() => result.data.value?.pages.flatMap((page) => page.items) ?? []);
  function more(): void {
    if (result.hasNextPage.value && !result.isFetchingNextPage.value && !result.isFetchNextPageError.value) void result.fetchNextPage();
  }
  return {
    items, more,
    pending: computed(() => result.isPending.value),
    stale: computed(() => result.isPlaceholderData.value),
    error: computed(() => result.error.value),
    hasMore: computed(() => result.hasNextPage.value),
    loadingMore: computed(() => result.isFetchingNextPage.value),
    refetch: () => void result.refetch(),
  };
}
