// A hand-over as it is being put together: one choice for all, other choices kind by kind, conditions before both; tried on the server while it is changed.
import { useQuery } from "@tanstack/vue-query";
import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import * as api from "@/lib/api";
import type { Ref as Reference } from "@/meta/types";

export interface Part { filter: string; to: Reference[] }
export type Mode = "all" | "own" | "keep";
export interface Choice { mode: Mode; to: Reference[]; parts: Part[] }
const WAIT_MS = 350;

const ids = (people: Reference[]): number[] => people.map((person) => person.id);

/** The rules in the order in which they are to be asked: conditions, then the kind, then all. What is not finished yet is left out. */
export function rulesOf(choices: Record<string, Choice>, all: Reference[]): api.HandoverRule[] {
  const rules: api.HandoverRule[] = [];
  for (const [of, choice] of Object.entries(choices)) {
    for (const part of choice.parts) if (part.filter.trim() && part.to.length) rules.push({ of, filter: part.filter.trim(), to: ids(part.to) });
    if (choice.mode === "keep") rules.push({ of, to: [] });
    if (choice.mode === "own" && choice.to.length) rules.push({ of, to: ids(choice.to) });
  }
  if (all.length) rules.push({ of: "*", to: ids(all) });
  return rules;
}

export interface HandoverState {
  held: ComputedRef<api.Holdings | undefined>;
  loading: ComputedRef<boolean>;
  failure: ComputedRef<Error | null>;
  retry: () => void;
  all: Ref<Reference[]>;
  choice: (of: string, stays: boolean) => Choice;
  rules: ComputedRef<api.HandoverRule[]>;
  tried: ComputedRef<api.Holdings | undefined>;
  trying: ComputedRef<boolean>;
  refused: ComputedRef<unknown>;
  outcome: (of: string) => api.Holding | undefined;
}

export function useHandover(user: () => number): HandoverState {
  const all = ref<Reference[]>([]);
  const choices = reactive<Record<string, Choice>>({});
  const held = useQuery({ queryKey: computed(() => ["holdings", user()]), queryFn: ({ signal }) => api.getHoldings(user(), signal), staleTime: 0, retry: false });
  const rules = computed(() => rulesOf(choices, all.value));
  const asked = shallowRef<api.HandoverRule[]>([]);
  let timer = 0;
  watch(rules, (value, before) => {
    if (JSON.stringify(value) === JSON.stringify(before)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value; }, WAIT_MS);
  });
  const trial = useQuery({
    queryKey: computed(() => ["holdings", user(), "try", asked.value]),
    queryFn: ({ signal }) => api.tryHandover(user(), asked.value, signal),
    enabled: computed(() => asked.value.length > 0),
    staleTime: 0, retry: false, placeholderData: (previous) => previous,
  });
  function choice(of: string, stays: boolean): Choice {
    return (choices[of] ??= { mode: stays ? "keep" : "all", to: [], parts: [] });
  }
  const tried = computed(() => (asked.value.length && !trial.error.value ? trial.data.value : undefined));
  const byKind = computed(() => new Map((tried.value?.items ?? []).map((item) => [item.of, item])));
  return {
    held: computed(() => held.data.value), loading: computed(() => held.isLoading.value), failure: computed(() => held.error.value), retry: () => void held.refetch(),
    all, choice, rules, tried, trying: computed(() => trial.isFetching.value || JSON.stringify(asked.value) !== JSON.stringify(rules.value)), refused: computed(() => (asked.value.length ? trial.error.value : null)), outcome: (of) => byKind.value.get(of),
  };
}
