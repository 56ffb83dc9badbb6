// Previous and next on a record's page, in the order of the list it was opened from, beyond what that list had loaded.
import { computed, ref, shallowRef, type ComputedRef, type Ref } from "vue";
import { useRouter } from "vue-router";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { queryClient } from "@/lib/queries";
import { asText, type ObjectDef, type Page } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { chooseList, idsOf, keepList, keptList, merged, neighbours, type Candidate, type ListContext, type ListQueryKey } from "./listContext";

export interface UseListContext {
  place: ComputedRef<number>;
  total: ComputedRef<number>;
  more: ComputedRef<boolean>;
  address: ComputedRef<string>;
  label: ComputedRef<string>;
  busy: Ref<boolean>;
  step: (by: number) => Promise<void>;
}

/** The address of the list behind this page in the history of the tab. */
function behind(object: string): string | null {
  const back = (window.history.state as { back?: unknown } | null)?.back;
  return typeof back === "string" && (back === `/o/${object}` || back.startsWith(`/o/${object}?`)) ? back : null;
}

function candidates(object: string): Candidate[] {
  return queryClient.getQueryCache().findAll({ queryKey: ["records", object, "pages"] }).flatMap((query) => {
    const data = query.state.data as { pages: Page[] } | undefined;
    const [, , , asked, related] = query.queryKey;
    const key: ListQueryKey = asked === "related" ? { filter: String(related), sort: "-updated_at" } : ((asked ?? {}) as ListQueryKey);
    return data ? [{ query: key, pages: data.pages, seen: query.state.dataUpdatedAt }] : [];
  });
}

const queryOf = (address: string): URLSearchParams => new URLSearchParams(address.split("?")[1] ?? "");

/** What the address filters by; null where only the list itself knows (saved views, a start view of one's own). */
function filterOf(object: ObjectDef, address: string): string | null {
  const query = queryOf(address);
  if (query.get("own")) return query.get("filter") ?? "";
  const shipped = object.views?.find((item) => item.name === query.get("view"));
  return shipped ? allOf(shipped.filter, query.get("filter")) : null;
}
function labelOf(object: ObjectDef, address: string): string {
  const name = queryOf(address).get("view");
  const shipped = object.views?.find((item) => item.name === name)?.label;
  const saved = queryClient.getQueryData<Page>(["records", "view", "of", object.name])?.items.find((item) => String(item.id) === name);
  return shipped ?? asText(saved?.name);
}

export function useListContext(name: string, id: number): UseListContext {
  const router = useRouter();
  const catalog = useCatalog();
  const busy = ref(false);
  const kept = keptList(name);
  const context = shallowRef<ListContext | null>(null);
  const object = catalog.get(name);
  const from = behind(name);
  const found = chooseList(candidates(name), id, object && from ? filterOf(object, from) : null);
  if (from && found) context.value = { object: name, address: from, query: { filter: found.query.filter, sort: found.query.sort, q: found.query.q }, ids: idsOf(found.pages), next: found.pages.at(-1)?.next ?? null };
  else if (kept?.ids.includes(id)) context.value = kept;
  else if (found) context.value = { object: name, address: `/o/${name}`, query: { filter: found.query.filter, sort: found.query.sort, q: found.query.q }, ids: idsOf(found.pages), next: found.pages.at(-1)?.next ?? null };
  if (context.value) keepList(context.value);

  async function load(): Promise<void> {
    const current = context.value;
    if (!current?.next || busy.value) return;
    busy.value = true;
    try {
      const page = await api.listRecords(name, { filter: current.query.filter || undefined, sort: current.query.q ? undefined : current.query.sort, q: current.query.q || undefined, fields: "id", limit: 50, after: current.next });
      context.value = { ...current, ids: merged(current.ids, idsOf([page])), next: page.next };
    } catch {
      // a cursor can grow old: what is known stays
      context.value = { ...current, next: null };
    } finally {
      busy.value = false;
    }
    if (context.value) keepList(context.value);
  }
  async function step(by: number): Promise<void> {
    if (!context.value) return;
    let beside = neighbours(context.value.ids, id);
    if (by > 0 && beside.next === null && context.value.next) {
      await load();
      beside = neighbours(context.value.ids, id);
    }
    const next = by > 0 ? beside.next : beside.previous;
    if (next !== null) await router.replace(`/o/${name}/${next}`);
  }
  const address = computed(() => context.value?.address ?? `/o/${name}`);
  const label = computed(() => (object ? labelOf(object, address.value) : ""));
  return {
    place: computed(() => (context.value ? neighbours(context.value.ids, id).place : -1)), total: computed(() => context.value?.ids.length ?? 0),
    more: computed(() => Boolean(context.value?.next)), address, label, busy, step,
  };
}
