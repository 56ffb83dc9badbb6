// Records and people that a text finds, and those looked at last.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, watch, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute, useRouter } from "vue-router";
import * as api from "@/lib/api";
import { quote } from "@/lib/filter";
import { asRef, asText } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { usePreferences } from "@/stores/preferences";
import { objectIcon } from "@/ui/icons";
import { useNarrow } from "@/ui/useNarrow";
import type { Item } from "./model";

const PAUSE_MS = 120;
const LISTS = ["customer", "opportunity", "task"];

export function useFound(needle: () => string, wanted: () => { records: boolean; people: boolean }): { records: ComputedRef<Item[]>; recent: ComputedRef<Item[]>; people: ComputedRef<Item[]>; theirs: (person: Item) => Item[]; pending: ComputedRef<boolean> } {
  const { t } = useI18n();
  const route = useRoute();
  const router = useRouter();
  const narrow = useNarrow();
  const catalog = useCatalog();
  const preferences = usePreferences();
  const asked = ref("");
  let timer = 0;
  watch(needle, (value) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value; }, PAUSE_MS);
  });
  const search = useQuery({
    queryKey: computed(() => ["search", asked.value]), queryFn: ({ signal }) => api.searchRecords(asked.value, signal),
    enabled: computed(() => wanted().records && asked.value.length > 0), staleTime: 10_000, placeholderData: (previous) => previous,
  });
  const persons = useQuery({
    queryKey: computed(() => ["records", "user", "palette", asked.value]),
    queryFn: ({ signal }) => api.listRecords("user", { filter: asked.value ? `active and (name contains ${quote(asked.value)} or login contains ${quote(asked.value)})` : "active", sort: "name", fields: "id,name,login,department", limit: 12 }, signal),
    enabled: computed(() => wanted().people && catalog.get("user")?.rights.read === true), staleTime: 60_000, placeholderData: (previous) => previous, retry: false,
  });
  // beside its list a record opens there; anywhere else as its page
  const open = (object: string, id: number) => (page: boolean): void => {
    const beside = !page && !narrow.value && route.name === "list" && route.params.object === object;
    void router.push(beside ? { query: { ...route.query, open: String(id) } } : `/o/${object}/${id}`);
  };
  const item = (object: string, id: number, name: string | null): Item => ({ key: `r:${object}:${id}`, label: name || `#${id}`, detail: catalog.get(object)?.label ?? object, icon: ["contact", "lead", "user", "customer"].includes(object) ? null : objectIcon(object, catalog.get(object)?.icon), person: ["contact", "lead", "user"].includes(object), record: { object, id }, run: open(object, id) });
  return {
    records: computed(() => (wanted().records ? (search.data.value?.items ?? []).map((hit) => item(hit.object, hit.id, hit.name)) : [])),
    recent: computed(() => preferences.recent.filter((seen) => catalog.get(seen.object)).map((seen) => item(seen.object, seen.id, seen.name))),
    people: computed(() => (wanted().people ? (persons.data.value?.items ?? []).map((record) => ({ ...item("user", record.id, asText(record.name)), detail: [asText(record.login), asRef(record.department)?.name].filter(Boolean).join(" · ") })) : [])),
    theirs: (person) => LISTS.flatMap((name) => {
      const object = catalog.get(name);
      return object && person.record ? [{ key: `their:${name}`, label: t("palette.their", { name: person.label, what: object.plural ?? object.label }), icon: objectIcon(name, object.icon), run: () => void router.push(`/o/${name}?view=all&filter=${encodeURIComponent(`owner = ${person.record?.id ?? 0}`)}`) }] : [];
    }),
    pending: computed(() => search.isFetching.value || persons.isFetching.value || needle() !== asked.value),
  };
}
