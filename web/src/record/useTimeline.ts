// The timeline of a record, asked for once however many parts of the page look at it.
import { useInfiniteQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import * as api from "@/lib/api";

export function useTimeline(object: () => string, id: () => number) {
  return useInfiniteQuery({
    queryKey: computed(() => ["timeline", object(), id()]),
    queryFn: ({ pageParam }) => api.timeline(object(), id(), pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
