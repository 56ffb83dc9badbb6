import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { firstAnswered } from "@/lib/firstAnswers";
import { formatCount } from "@/lib/format";
import { useLocale } from "@/fields/useLocale";

async function counted(object: string, filter: string, q: string, signal: AbortSignal): Promise<{ count?: number | null; exact: boolean }> {
  if (!q) return api.countRecords(object, filter, signal);
  const page = await api.listRecords(object, { filter, q, limit: 1, fields: "id", count: true }, signal);
  return { count: page.count, exact: page.count_exact !== false };
}

/** The capped count of a filter, as people read it: "128", "10,000+". Empty while unknown, and where counting would cost more than a page. */
export function useCount(object: () => string, filter: () => string, q: () => string = () => "", enabled: () => boolean = () => true): ComputedRef<string> {
  const lang = useLocale();
  const query = useQuery({
    queryKey: computed(() => ["count", object(), filter(), q()]),
    queryFn: ({ signal }) => counted(object(), filter(), q(), signal),
    enabled: computed(() => firstAnswered.value && enabled()),
    staleTime: 60_000,
  });
  return computed(() => {
    const count = query.data.value?.count;
    return typeof count === "number" ? formatCount(count, query.data.value?.exact !== false, lang.value) : "";
  });
}
