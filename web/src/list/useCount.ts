import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { firstAnswered } from "@/lib/firstAnswers";
import { formatCount } from "@/lib/format";
import { useLocale } from "@/fields/useLocale";

/** The capped count of a filter, as people read it: "128", "10,000+". Empty while unknown. */
export function useCount(object: () => string, filter: () => string, q: () => string = () => "", enabled: () => boolean = () => true): ComputedRef<string> {
  const lang = useLocale();
  const query = useQuery({
    queryKey: computed(() => ["count", object(), filter(), q()]),
    queryFn: ({ signal }) => api.listRecords(object(), { filter: filter(), q: q(), limit: 1, fields: "id", count: true }, signal),
    enabled: computed(() => firstAnswered.value && enabled()),
    staleTime: 60_000,
  });
  return computed(() => {
    const count = query.data.value?.count;
    return count === undefined ? "" : formatCount(count, query.data.value?.count_exact !== false, lang.value);
  });
}
