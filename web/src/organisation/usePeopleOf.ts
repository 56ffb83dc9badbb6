// The people of one department: those who belong to it first and foremost and those who belong to it too, page by page.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import type { RecordData, Values } from "@/meta/types";
import { say } from "@/ui/toast";
import { organisationChanged, refusal } from "./useOrganisation";

const AT_ONCE = 100;
const FIELDS = "id,version,name,login,position,department,other_departments,superior,active,phone";

export interface PeopleState {
  people: ComputedRef<RecordData[]>;
  loading: ComputedRef<boolean>;
  failure: ComputedRef<Error | null>;
  more: ComputedRef<boolean>;
  next: () => void;
  retry: () => void;
  refused: Ref<{ id: number; text: string } | null>;
  change: (person: RecordData, values: Values, done?: string) => Promise<boolean>;
}

export function usePeopleOf(department: () => number | null, below: () => boolean, inactive: () => boolean): PeopleState {
  const { t } = useI18n();
  const refused = ref<{ id: number; text: string } | null>(null);
  const filter = computed(() => {
    const id = department();
    const here = id === null ? "is_null(department)" : below() ? `department under ${id}` : `(department = ${id} or other_departments contains ${id})`;
    return inactive() ? here : `active = true and ${here}`;
  });
  const query = useInfiniteQuery({
    queryKey: computed(() => ["records", "user", "organisation", filter.value]),
    queryFn: ({ pageParam, signal }) => api.listRecords("user", { filter: filter.value, sort: "name", fields: FIELDS, limit: AT_ONCE, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (previous) => previous,
  });
  async function change(person: RecordData, values: Values, done?: string): Promise<boolean> {
    refused.value = null;
    try {
      await api.updateRecord("user", person.id, values);
      organisationChanged("user", person.id);
      if (done) say(done);
      return true;
    } catch (error) {
      refused.value = { id: person.id, text: refusal(error, t("error.network")) };
      return false;
    }
  }
  return {
    people: computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []), loading: computed(() => query.isLoading.value), failure: computed(() => query.error.value),
    more: computed(() => query.hasNextPage.value), next: () => void query.fetchNextPage(), retry: () => void query.refetch(), refused, change,
  };
}

/** Positions that are in use: suggestions, nothing more. */
export function usePositions(enabled: () => boolean): ComputedRef<{ key: string; label: string }[]> {
  const query = useQuery({
    queryKey: ["aggregate", "user", "positions"],
    queryFn: ({ signal }) => api.aggregate("user", { group: "position", measure: "count()", filter: "active = true" }, signal),
    enabled: computed(enabled),
    staleTime: 60_000,
  });
  return computed(() => (query.data.value?.items ?? []).flatMap((item) => (typeof item.position === "string" && item.position ? [{ key: item.position, label: item.position }] : [])));
}
