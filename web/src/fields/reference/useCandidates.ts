// Records that a reference may point at, searched on the server as one types.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, watch, type ComputedRef, type Ref } from "vue";
import * as api from "@/lib/api";
import type { RecordData } from "@/meta/types";

export interface Candidate { key: number; label: string }

/** filter: which of them may be chosen. */
export function useCandidates(target: () => string, filter?: string): { text: Ref<string>; options: ComputedRef<Candidate[]>; loading: Ref<boolean>; enabled: Ref<boolean> } {
  const text = ref("");
  const asked = ref("");
  const enabled = ref(false);
  let timer = 0;
  watch(text, (value) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value.trim(); }, 150);
  });
  const query = useQuery({
    queryKey: computed(() => ["records", target(), "candidates", asked.value, filter]),
    queryFn: ({ signal }) => api.listRecords(target(), asked.value ? { filter, q: asked.value, fields: "id,name", limit: 20 } : { filter, sort: "-updated_at", fields: "id,name", limit: 20 }, signal),
    enabled: computed(() => enabled.value && target() !== ""),
    staleTime: 10_000,
    placeholderData: (previous) => previous,
  });
  const options = computed(() => (query.data.value?.items ?? []).map((record: RecordData) => ({ key: record.id, label: typeof record.name === "string" && record.name ? record.name : `#${record.id}` })));
  return { text, options, loading: query.isFetching, enabled };
}
