// Colleagues to choose from: all of a small company at once, of a large one also by asking the server, which knows whole pinyin.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, watch, type ComputedRef, type Ref } from "vue";
import * as api from "@/lib/api";
import { asText, type Page } from "@/meta/types";
import { findPeople, type Person } from "./mentions";

const SHOWN = 7;
const people = (page: Page | undefined): Person[] => (page?.items ?? []).map((record) => ({ id: record.id, name: asText(record.name), detail: asText(record.login) || undefined })).filter((person) => person.name);

export function usePeople(query: () => string | null): { found: ComputedRef<Person[]>; all: ComputedRef<Person[]>; loading: Ref<boolean> } {
  const asked = ref("");
  const ever = ref(false);
  let timer = 0;
  watch(query, (value) => {
    if (value !== null) ever.value = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value ?? ""; }, 120);
  }, { immediate: true });
  const company = useQuery({
    queryKey: ["records", "user", "people"],
    queryFn: ({ signal }) => api.listRecords("user", { filter: "active = true", fields: "id,name,login", sort: "name", limit: 200 }, signal),
    enabled: ever,
    staleTime: 5 * 60_000,
    retry: false,
  });
  const local = computed(() => findPeople(people(company.data.value), query() ?? "", SHOWN));
  const search = useQuery({
    queryKey: computed(() => ["records", "user", "people", asked.value]),
    queryFn: ({ signal }) => api.listRecords("user", { q: asked.value, fields: "id,name,login", limit: SHOWN }, signal),
    enabled: computed(() => asked.value !== "" && asked.value === query() && local.value.length < SHOWN),
    staleTime: 60_000,
    retry: false,
  });
  const found = computed(() => {
    const near = asked.value !== "" && asked.value === query() ? people(search.data.value) : [];
    return [...local.value, ...near.filter((person) => !local.value.some((other) => other.id === person.id))].slice(0, SHOWN);
  });
  return { found, all: computed(() => people(company.data.value)), loading: search.isFetching };
}
