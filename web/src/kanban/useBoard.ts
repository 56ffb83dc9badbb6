// The columns of a board: the stages, the options of a choice, or people. Counts and sums come from the aggregate.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { boardFields } from "@/list/fields";
import { groupFilter } from "@/list/groups";
import type { ListState } from "@/list/useListState";
import { activeOptions, amountField, field, stageField } from "@/meta/catalog";
import { hasModes, useModes } from "@/process/calls";
import { modeOfFilter, stageOptions } from "@/process/stages";
import { asNumber, asRef, asText, type FieldDef, type Json, type Option, type Ref as RecordLink } from "@/meta/types";

export interface Lane {
  key: string;
  label: string;
  /** what a card gets that is put here */
  value: Json;
  filter: string;
  option: Option | null;
  person: RecordLink | null;
  end: boolean;
  folded: boolean;
  count: number;
  sum: number;
}
export interface BoardModel {
  field: ComputedRef<FieldDef>;
  choices: ComputedRef<FieldDef[]>;
  amount: ComputedRef<FieldDef | undefined>;
  lanes: ComputedRef<Lane[]>;
  unfolded: Ref<string[]>;
  toggle: (key: string) => void;
  pending: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  refetch: () => void;
}
const MOST_PEOPLE = 24;
export const NOBODY = "~";

export function useBoard(state: ListState): BoardModel {
  const { t } = useI18n();
  const object = computed(() => state.object.value);
  const unfolded = ref<string[]>([]);
  const amount = computed(() => amountField(object.value));
  const choices = computed(() => { const stage = stageField(object.value); const rest = boardFields(object.value).filter((item) => item.name !== stage?.name); return stage ? [stage, ...rest] : rest; });
  const shown = computed<FieldDef>(() => choices.value.find((item) => item.name === state.looks.value.group) ?? choices.value[0] ?? field(object.value, "owner") ?? { id: 0, name: "owner", type: "user", label: "" });
  const sums = useQuery({
    queryKey: computed(() => ["aggregate", object.value.name, "board", shown.value.name, state.fullFilter.value]),
    queryFn: ({ signal }) => api.aggregate(object.value.name, { group: shown.value.name, measure: amount.value ? `count(),sum(${amount.value.name})` : "count()", filter: state.fullFilter.value || undefined }, signal),
    placeholderData: (previous) => previous,
  });
  const figures = computed(() => new Map((sums.data.value?.items ?? []).map((row) => {
    const value = row[shown.value.name] ?? null;
    const key = asRef(value) ? String(asRef(value)?.id) : asText(value) || NOBODY;
    return [key, { value, count: asNumber(row["count()"]) ?? 0, sum: amount.value ? (asNumber(row[`sum(${amount.value.name})`]) ?? 0) : 0 }];
  })));

  function lane(key: string, label: string, value: Json, option: Option | null, person: RecordLink | null): Lane {
    const end = option?.outcome === "won" || option?.outcome === "lost";
    return { key, label, value, option, person, end, folded: end && !unfolded.value.includes(key), filter: allOf(state.fullFilter.value, groupFilter(shown.value, null, value)), count: figures.value.get(key)?.count ?? 0, sum: figures.value.get(key)?.sum ?? 0 };
  }
  // a board of one sales mode has its stages, with retired ones as long as something is in them
  const mode = computed(() => (shown.value.name === object.value.stage && hasModes(object.value) ? modeOfFilter(state.fullFilter.value) : null));
  const modes = useModes(() => mode.value !== null);
  const own = computed<Option[]>(() => stageOptions(modes.stages(mode.value), shown.value).filter((option) => !option.retired || figures.value.has(option.key)));
  const lanes = computed<Lane[]>(() => {
    const nobody = figures.value.has(NOBODY) ? [lane(NOBODY, t("kanban.nobody", { label: shown.value.label }), null, null, null)] : [];
    if (shown.value.type === "user") {
      const people = [...figures.value.values()].flatMap(({ value, count }) => { const ref = asRef(value); return ref ? [{ ref, count }] : []; }).sort((a, b) => b.count - a.count).slice(0, MOST_PEOPLE);
      return [...nobody, ...people.map(({ ref }) => lane(String(ref.id), ref.name ?? `#${ref.id}`, { id: ref.id, name: ref.name }, null, ref))];
    }
    const options = own.value.length ? own.value : activeOptions(shown.value);
    const isEnd = (option: Option): boolean => option.outcome === "won" || option.outcome === "lost";
    return [...nobody, ...[...options.filter((option) => !isEnd(option)), ...options.filter(isEnd)].map((option) => lane(option.key, option.label, option.key, option, null))];
  });
  return {
    field: shown, choices, amount, lanes, unfolded,
    toggle: (key) => { unfolded.value = unfolded.value.includes(key) ? unfolded.value.filter((item) => item !== key) : [...unfolded.value, key]; },
    pending: computed(() => sums.isPending.value), error: computed(() => sums.error.value), refetch: () => void sums.refetch(),
  };
}
