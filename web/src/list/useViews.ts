// The saved views of one object: asked for once, kept by the query cache, changed here. Order, hidden ones and the one that opens first are the reader's own.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { invalidateRecord, queryClient } from "@/lib/queries";
import { listViews } from "@/meta/catalog";
import type { ObjectDef, Page, RecordData, Values } from "@/meta/types";
import { toWire } from "@/record/save";
import { useCatalog } from "@/stores/catalog";
import { usePreferences } from "@/stores/preferences";
import { useSession } from "@/stores/session";
import { arrange, contentValues, NO_ORDER, savedView, shippedView, VIEW_FIELDS, type ListView, type Share, type TabOrder, type ViewContent } from "./views";

const keyOf = (object: string): string[] => ["records", "view", "of", object];

function note(object: string, record: RecordData, gone = false): void {
  queryClient.setQueryData<Page>(keyOf(object), (page) => page && { ...page, items: [...page.items.filter((item) => item.id !== record.id), ...(gone ? [] : [record])] });
}

export interface Views {
  all: ComputedRef<ListView[]>;
  shown: ComputedRef<ListView[]>;
  hidden: ComputedRef<ListView[]>;
  tabs: ComputedRef<TabOrder>;
  pending: ComputedRef<boolean>;
  canSave: ComputedRef<boolean>;
  /** whether this reader may change a view as it stands, locked or not */
  isMine: (view: ListView) => boolean;
  setTabs: (change: Partial<TabOrder>) => void;
  create: (content: ViewContent, name: string, share: Share, locked: boolean) => Promise<ListView>;
  change: (view: ListView, values: Values) => Promise<ListView>;
  remove: (view: ListView) => Promise<() => Promise<void>>;
}

export function useViews(object: () => ObjectDef): Views {
  const catalog = useCatalog();
  const preferences = usePreferences();
  const session = useSession();
  const name = computed(() => object().name);
  const readable = computed(() => catalog.get("view")?.rights.read === true);
  const query = useQuery({
    queryKey: computed(() => keyOf(name.value)),
    queryFn: ({ signal }) => api.listRecords("view", {
      filter: `object = "${name.value}" and (owner = me() or share = "all" or (share = "department" and department = my_department()))`, fields: VIEW_FIELDS, limit: 200,
    }, signal),
    enabled: computed(() => readable.value && name.value !== ""),
    staleTime: 5 * 60_000,
  });
  const tabs = computed(() => ({ ...NO_ORDER, ...preferences.get<Partial<TabOrder>>(`tabs/${name.value}`, {}) }));
  const all = computed(() => arrange([...listViews(object()).map(shippedView), ...(query.data.value?.items ?? []).map(savedView)], tabs.value));
  const hiddenNames = computed(() => new Set(tabs.value.hidden));

  function setTabs(change: Partial<TabOrder>): void {
    preferences.set(`tabs/${name.value}`, { ...tabs.value, ...change });
  }
  async function create(content: ViewContent, label: string, share: Share, locked: boolean): Promise<ListView> {
    const values = contentValues(content);
    const record = await api.createRecord("view", { ...values, name: label, object: name.value, share, locked, place: all.value.length });
    note(name.value, record);
    invalidateRecord("view");
    return savedView(record);
  }
  async function change(view: ListView, values: Values): Promise<ListView> {
    // a locked view refuses every change but being unlocked: its owner's change goes through that door and shuts it again
    let version = view.version;
    const onlyUnlocks = Object.keys(values).every((key) => key === "locked");
    if (view.locked && !onlyUnlocks) version = (await api.updateRecord("view", view.id ?? 0, { locked: false }, version)).version;
    const wanted = view.locked && !onlyUnlocks && values.locked === undefined ? { ...values, locked: true } : values;
    const record = await api.updateRecord("view", view.id ?? 0, toWire(wanted), version);
    note(name.value, record);
    invalidateRecord("view", record.id);
    return savedView(record);
  }
  async function remove(view: ListView): Promise<() => Promise<void>> {
    const id = view.id ?? 0;
    if (view.locked) await api.updateRecord("view", id, { locked: false }, view.version);
    await api.deleteRecord("view", id);
    note(name.value, { id, version: 0 }, true);
    invalidateRecord("view", id);
    return async () => {
      await api.restoreRecord("view", id);
      invalidateRecord("view", id);
    };
  }
  return {
    all, tabs, setTabs, create, change, remove,
    shown: computed(() => all.value.filter((view) => !hiddenNames.value.has(view.name))),
    hidden: computed(() => all.value.filter((view) => hiddenNames.value.has(view.name))),
    pending: computed(() => readable.value && query.isPending.value && query.fetchStatus.value !== "idle"),
    canSave: computed(() => catalog.get("view")?.rights.create === true),
    isMine: (view) => view.id !== null && (view.owner?.id === session.session?.user.id || session.admin),
  };
}
