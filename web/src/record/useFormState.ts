// Asks the server what a form or a page shows for these values. Keeps the last answer while the network is slow; without an answer everything is shown.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, shallowRef, watch, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import type { ObjectDef, Values } from "@/meta/types";
import { asksInForm, asksOnPage, type Answer } from "./formState";
import { toWire } from "./save";

const PATIENCE = 1500;
interface Options {
  object: () => ObjectDef;
  id?: () => number | undefined;
  version?: () => number | undefined;
  values: () => Values;
  /** while typing: formulas and validations are asked too, after a pause */
  typing: boolean;
}

export function useFormState(options: Options): ComputedRef<Answer> {
  const wanted = computed(() => (options.typing ? asksInForm(options.object()) : asksOnPage(options.object())));
  const wire = computed(() => JSON.stringify(toWire(options.values())));
  const asked = ref(wire.value);
  let timer = 0;
  watch(wire, (value) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value; }, options.typing ? 150 : 0);
  });
  const query = useQuery({
    queryKey: computed(() => ["form", options.object().name, options.id?.() ?? 0, options.version?.() ?? 0, asked.value]),
    queryFn: ({ signal }) => api.formState(options.object().name, { id: options.id?.(), values: JSON.parse(asked.value) as Values }, signal),
    enabled: wanted,
    retry: false,
    staleTime: 30_000,
    placeholderData: (previous) => previous,
  });
  const last = shallowRef<Answer>(undefined);
  const late = ref(false);
  window.setTimeout(() => { late.value = true; }, PATIENCE);
  watch(() => options.object().name, () => { last.value = undefined; });
  watch(query.data, (value) => { if (value) last.value = value; }, { immediate: true });
  return computed(() => {
    if (!wanted.value) return null;
    if (last.value) return last.value;
    return query.isError.value || late.value ? null : undefined;
  });
}
