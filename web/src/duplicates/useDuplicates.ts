// Whom the values typed so far could be: asked after a pause, the question before taken back. What cannot be asked says nothing: a form is never held up by it.
import { useQuery } from "@tanstack/vue-query";
import { computed, onBeforeUnmount, ref, watch, type ComputedRef } from "vue";
import type { ObjectDef, Values } from "@/meta/types";
import { isEmpty } from "@/record/formState";
import { toWire } from "@/record/save";
import { comparedFields, findDuplicates, isCompared, type Hit } from "./calls";

const PAUSE_MS = 400;

export function useDuplicates(options: { object: () => ObjectDef; values: () => Values; id?: () => number | undefined }): { hits: ComputedRef<Hit[]>; at: (name: string) => Hit[]; asked: ComputedRef<boolean>; error: ComputedRef<Error | null> } {
  const typed = computed(() => {
    const names = comparedFields(options.object());
    const given = Object.fromEntries(Object.entries(options.values()).filter(([name, value]) => names.includes(name) && !isEmpty(value)));
    return isCompared(options.object()) ? JSON.stringify(toWire(given)) : "{}";
  });
  const asked = ref(typed.value);
  let timer = 0;
  watch(typed, (value) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value; }, PAUSE_MS);
  });
  onBeforeUnmount(() => window.clearTimeout(timer));
  const enabled = computed(() => isCompared(options.object()) && (asked.value !== "{}" || options.id?.() !== undefined));
  const query = useQuery({
    queryKey: computed(() => ["duplicates", options.object().name, options.id?.() ?? 0, asked.value]),
    queryFn: ({ signal }) => findDuplicates(options.object().name, { id: options.id?.(), values: JSON.parse(asked.value) as Values }, signal),
    enabled, retry: false, staleTime: 10_000, placeholderData: (previous) => previous,
  });
  const hits = computed(() => (enabled.value && !query.isError.value ? query.data.value?.items ?? [] : []));
  return { hits, at: (name) => hits.value.filter((hit) => hit.because[0]?.field === name), asked: computed(() => query.isSuccess.value && enabled.value && !query.isPlaceholderData.value), error: computed(() => query.error.value) };
}
