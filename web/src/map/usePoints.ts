// The records of a list that have a place: all of them where they are few, else those in the part of the map that is seen.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { addressText, asAddress } from "@/fields/address/text";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import type { ListState } from "@/list/useListState";
import type { FieldDef, ObjectDef, RecordData } from "@/meta/types";
import { boxFilter, pointOf, type Box, type Point } from "./points";

export const MOST = 2000;
const PAGE = 200;

export interface Points {
  position: ComputedRef<FieldDef | undefined>;
  colored: ComputedRef<FieldDef | undefined>;
  points: ComputedRef<Point[]>;
  capped: ComputedRef<boolean>;
  pending: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  box: Ref<Box | null>;
  refetch: () => void;
}

export function positionField(object: ObjectDef, named?: string): FieldDef | undefined {
  const places = object.fields.filter((item) => item.type === "position" && item.access !== "mask");
  return places.find((item) => item.name === named) ?? places[0];
}

/** The first choice whose options have colours of their own: the level, the status, the stage. */
function colorField(object: ObjectDef): FieldDef | undefined {
  return object.fields.find((item) => item.type === "choice" && new Set((item.options ?? []).map((one) => one.color)).size > 1);
}

async function load(object: string, query: api.ListQuery, signal: AbortSignal): Promise<{ items: RecordData[]; more: boolean }> {
  const items: RecordData[] = [];
  let after: string | null = null;
  do {
    const page: { items: RecordData[]; next: string | null } = await api.listRecords(object, { ...query, limit: PAGE, after }, signal);
    items.push(...page.items);
    after = page.next;
  } while (after && items.length < MOST);
  return { items: items.slice(0, MOST), more: after !== null || items.length > MOST };
}

export function usePoints(state: ListState, named: () => string | undefined): Points {
  const object = state.object;
  const position = computed(() => positionField(object.value, named()));
  const colored = computed(() => colorField(object.value));
  const address = computed(() => object.value.fields.find((item) => item.type === "address" && item.access !== "mask"));
  const box = ref<Box | null>(null);
  const fields = computed(() => ["id", "version", "name", position.value?.name, colored.value?.name, address.value?.name].filter(Boolean).join(","));
  const query = (filter: string): api.ListQuery => ({ filter, q: state.q.value || undefined, fields: fields.value });
  const base = computed(() => allOf(state.fullFilter.value, position.value ? `not is_null(${position.value.name})` : undefined));
  const all = useQuery({
    queryKey: computed(() => ["records", object.value.name, "map", base.value, state.q.value, fields.value]),
    queryFn: ({ signal }) => load(object.value.name, query(base.value), signal),
    enabled: computed(() => position.value !== undefined),
    placeholderData: (previous) => previous,
  });
  const capped = computed(() => all.data.value?.more ?? false);
  const boxed = computed(() => (capped.value && box.value && position.value ? allOf(base.value, boxFilter(position.value.name, box.value)) : ""));
  const part = useQuery({
    queryKey: computed(() => ["records", object.value.name, "map", boxed.value, state.q.value, fields.value]),
    queryFn: ({ signal }) => load(object.value.name, query(boxed.value), signal),
    enabled: computed(() => boxed.value !== ""),
    placeholderData: (previous) => previous,
  });
  const shown = computed(() => (boxed.value ? part.data.value : undefined) ?? all.data.value);
  const city = (record: RecordData): string => {
    const value = address.value ? record[address.value.name] : undefined;
    const parts = asAddress(value);
    return addressText({ province: parts.province ?? null, city: parts.city ?? null }).split(" ").at(-1) ?? "";
  };
  return {
    position, colored, box, capped: computed(() => shown.value?.more ?? false),
    points: computed(() => {
      const field = position.value;
      return field ? (shown.value?.items ?? []).flatMap((record) => pointOf(record, field, colored.value, city(record)) ?? []) : [];
    }),
    pending: computed(() => all.isPending.value || part.isFetching.value),
    error: computed(() => all.error.value ?? part.error.value),
    refetch: () => void (all.error.value ? all.refetch() : part.refetch()),
  };
}
