import { useQuery } from "@tanstack/vue-query";
import { computed, reactive, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import type { Operand } from "@/lib/filter";

/** Names of referenced ids: those picked here are known at once, others are asked for together. */
export function useConditionNames(target: () => string | null, ids: () => Operand[]): ComputedRef<Map<number, string>> {
  const known = reactive(new Map<number, string>());
  const missing = computed(() => ids().map(Number).filter((id) => Number.isFinite(id) && !known.has(id)));
  const query = useQuery({
    queryKey: computed(() => ["records", target(), "names", missing.value]),
    queryFn: async ({ signal }) => {
      const page = await api.listRecords(target() ?? "", { filter: `id in (${missing.value.join(", ")})`, fields: "id,name", limit: 200 }, signal);
      for (const record of page.items) known.set(record.id, typeof record.name === "string" ? record.name : `#${record.id}`);
      return page.items.length;
    },
    enabled: computed(() => target() !== null && missing.value.length > 0),
  });
  return computed(() => {
    void query.data.value;
    return known;
  });
}
