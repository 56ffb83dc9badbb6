// What a list shows. The address says it: view, filter, sort, group, search, form, the open record. Columns, widths and sums are kept per view.
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { allOf, type KindOf } from "@/lib/filter";
import { columns as columnsOf, field, hasDerivedName, viewKinds } from "@/meta/catalog";
import type { FieldDef, Json, ObjectDef, ViewDef, ViewKind } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { usePreferences } from "@/stores/preferences";
import { kindOfPath, parseGroup, pathField, type DatePart, type Lookup } from "./fields";
import { useViews, type Views } from "./useViews";
import { contentOf, sameContent, type ListView, type Measure, type ViewContent, type ViewSettings } from "./views";

export type Mode = ViewKind;
export interface Sort { field: string; descending: boolean }
export interface Grouping { group: string; field: FieldDef; part: DatePart | null }
export interface ListState {
  object: ComputedRef<ObjectDef>;
  /** the view as it is seen: its settings with what the reader has changed */
  view: ComputedRef<ViewDef | undefined>;
  current: ComputedRef<ListView | undefined>;
  views: Views;
  /** false while a saved view that the address names has not come yet */
  ready: ComputedRef<boolean>;
  mode: ComputedRef<Mode>;
  modes: ComputedRef<Mode[]>;
  /** the reader's own conditions, beside or instead of the view's */
  filter: ComputedRef<string>;
  viewFilter: ComputedRef<string>;
  fullFilter: ComputedRef<string>;
  q: ComputedRef<string>;
  sort: ComputedRef<string>;
  sortField: ComputedRef<Sort | null>;
  group: ComputedRef<Grouping | null>;
  columns: ComputedRef<FieldDef[]>;
  looks: ComputedRef<ViewSettings>;
  sums: ComputedRef<Record<string, Measure>>;
  widths: ComputedRef<Record<string, number>>;
  openId: ComputedRef<number | null>;
  kindOf: ComputedRef<KindOf>;
  find: Lookup;
  content: ComputedRef<ViewContent>;
  changed: ComputedRef<boolean>;
  set: (change: Record<string, string | null>, push?: boolean) => void;
  toggleSort: (name: string) => void;
  setColumns: (names: string[] | null) => void;
  setLook: (name: string, value: Json | undefined) => void;
  /** back to the view as it was saved */
  revert: () => void;
  toView: (name: string) => void;
}
/** What an editor of conditions needs to know: over which object, and how to find others. */
export type FilterPlace = Pick<ListState, "object" | "find">;
interface Override { columns?: string[]; looks?: ViewSettings }
const CLEAN = { filter: null, own: null, sort: null, group: null, q: null, open: null, mode: null };

/** own: a view that is not one of the object's (a pool), always shown and never left; only lists have one. */
export function useListState(object: ComputedRef<ObjectDef>, own?: ComputedRef<ListView>): ListState {
  const route = useRoute();
  const router = useRouter();
  const preferences = usePreferences();
  const catalog = useCatalog();
  const find: Lookup = (name) => catalog.get(name);
  const views = useViews(() => object.value);
  const text = (name: string): string => (typeof route.query[name] === "string" ? (route.query[name] as string) : "");

  const asked = computed(() => text("view") || views.tabs.value.start || "");
  const current = computed(() => own?.value ?? views.all.value.find((item) => item.name === asked.value) ?? views.shown.value[0] ?? views.all.value[0]);
  const ready = computed(() => own !== undefined || !/^\d+$/.test(asked.value) || !views.pending.value);
  const key = computed(() => `${object.value.name}/${current.value?.name ?? ""}`);
  const override = computed<Override>(() => ({ columns: preferences.columns[key.value], ...preferences.get<Override>(`look/${key.value}`, {}) }));
  const looks = computed<ViewSettings>(() => ({ ...current.value?.looks, ...override.value.looks }));
  const view = computed<ViewDef | undefined>(() => current.value && { ...current.value, settings: JSON.parse(JSON.stringify(looks.value)) as Json });

  const modes = computed<Mode[]>(() => (own ? ["list"] : viewKinds(object.value)));
  const mode = computed<Mode>(() => modes.value.find((item) => item === (text("mode") || current.value?.kind)) ?? "list");
  const filter = computed(() => text("filter"));
  const viewFilter = computed(() => (text("own") && !own ? "" : (current.value?.filter ?? "")));
  const fullFilter = computed(() => allOf(viewFilter.value, filter.value));
  const q = computed(() => text("q"));
  const askedSort = computed(() => text("sort") || current.value?.sort || "");
  const sort = computed(() => {
    // a sort that names what cannot be sorted by (or seen) would be refused by the server
    const known = askedSort.value.split(",").filter((part) => field(object.value, part.replace(/^-/, ""))?.sortable !== false && field(object.value, part.replace(/^-/, "")));
    return known.length ? known.join(",") : "-updated_at";
  });
  const sortField = computed<Sort | null>(() => {
    const first = sort.value.split(",")[0];
    return first ? { field: first.replace(/^-/, ""), descending: first.startsWith("-") } : null;
  });
  const askedGroup = computed(() => (text("group") === "none" ? "" : text("group") || current.value?.group || ""));
  const group = computed<Grouping | null>(() => {
    const parsed = parseGroup(askedGroup.value);
    const item = parsed && pathField(object.value, parsed.path, find);
    return parsed && item && item.filterable !== false ? { group: askedGroup.value, field: item, part: parsed.part } : null;
  });
  const savedNames = computed(() => (current.value?.columns?.length ? current.value.columns : columnsOf(object.value, undefined).map((item) => item.name)));
  const columns = computed(() => (override.value.columns ?? savedNames.value).flatMap((name) => {
    if (name === "name" || (name === "title" && hasDerivedName(object.value))) return [];
    return pathField(object.value, name, find) ?? [];
  }));

  const content = computed<ViewContent>(() => ({
    kind: mode.value, filter: fullFilter.value, sort: askedSort.value, group: askedGroup.value, columns: override.value.columns ?? savedNames.value, looks: looks.value,
  }));
  const changed = computed(() => {
    const saved = contentOf(current.value, savedNames.value);
    const shipped = current.value?.id === null;
    // columns of a shipped view are everybody's own business: they are kept without asking
    return !sameContent(saved, shipped ? { ...content.value, columns: saved.columns, looks: saved.looks } : content.value);
  });

  function set(change: Record<string, string | null>, push = false): void {
    const query: Record<string, string> = {};
    for (const [name, value] of Object.entries(route.query)) if (typeof value === "string") query[name] = value;
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === "") delete query[name];
      else query[name] = value;
    }
    void (push ? router.push({ query }) : router.replace({ query }));
  }
  function toggleSort(name: string): void {
    const at = sortField.value;
    if (at?.field !== name) set({ sort: name });
    else if (!at.descending) set({ sort: `-${name}` });
    else set({ sort: null });
  }
  function keep(change: Override | null): void {
    if (preferences.columns[key.value]) preferences.setColumns(key.value, null);
    const next = change && { columns: override.value.columns, looks: override.value.looks, ...change };
    const empty = !next || (next.columns === undefined && Object.keys(next.looks ?? {}).length === 0);
    preferences.set(`look/${key.value}`, empty ? undefined : (JSON.parse(JSON.stringify(next)) as Json));
  }
  return {
    object, view, current, views, ready, mode, modes, filter, viewFilter, fullFilter, q, sort, sortField, group, columns, looks, content, changed, find, set, toggleSort,
    sums: computed(() => looks.value.sums ?? {}),
    widths: computed(() => looks.value.widths ?? {}),
    openId: computed(() => (/^\d+$/.test(text("open")) ? Number(text("open")) : null)),
    kindOf: computed(() => kindOfPath(object.value, find)),
    setColumns: (names) => keep({ columns: names ?? undefined }),
    setLook: (name, value) => keep({ looks: { ...override.value.looks, [name]: value } }),
    revert: () => { keep(null); set({ ...CLEAN, q: q.value || null, open: text("open") || null, view: text("view") || null }); },
    toView: (name) => set({ ...CLEAN, view: name }),
  };
}
