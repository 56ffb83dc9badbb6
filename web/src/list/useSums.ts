// The figures under the columns, of the whole view and not only of what has been loaded. The reader's own.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import type { Json } from "@/meta/types";
import type { ListState } from "./useListState";
import type { Measure } from "./views";

export interface Sums { of: (name: string) => { measure: Measure; value: Json } | null; count: ComputedRef<number | null>; some: ComputedRef<boolean>; refused: ComputedRef<string> }

export function useSums(state: ListState, measures: () => Record<string, Measure>, enabled: () => boolean): Sums {
  const wanted = computed(() => Object.entries(measures()));
  const some = computed(() => wanted.value.length > 0 && enabled() && !state.q.value);
  const query = useQuery({
    queryKey: computed(() => ["aggregate", state.object.value.name, "foot", state.fullFilter.value, wanted.value]),
    queryFn: ({ signal }) => api.aggregate(state.object.value.name, { measure: ["count()", ...wanted.value.map(([name, measure]) => `${measure}(${name})`)].join(","), filter: state.fullFilter.value || undefined }, signal),
    enabled: some,
    placeholderData: (previous) => previous,
  });
  const row = computed(() => query.data.value?.items[0]);
  return {
    some,
    refused: computed(() => query.error.value?.message ?? ""),
    count: computed(() => { const count = row.value?.["count()"]; return typeof count === "number" ? count : null; }),
    of: (name) => {
      const measure = measures()[name];
      return measure && row.value ? { measure, value: row.value[`${measure}(${name})`] ?? null } : null;
    },
  };
}
