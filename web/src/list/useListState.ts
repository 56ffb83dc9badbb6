// What a list shows, kept in the address: view, filter, sort, search, mode, the open record.
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { allOf } from "@/lib/filter";
import { columns, field, stageField, view as viewOf } from "@/meta/catalog";
import type { FieldDef, ObjectDef, ViewDef } from "@/meta/types";
import { usePreferences } from "@/stores/preferences";

export type Mode = "list" | "kanban" | "funnel";
export interface Sort { field: string; descending: boolean }
export interface ListState {
  object: ComputedRef<ObjectDef>;
  view: ComputedRef<ViewDef | undefined>;
  mode: ComputedRef<Mode>;
  modes: ComputedRef<Mode[]>;
  filter: ComputedRef<string>;
  fullFilter: ComputedRef<string>;
  q: ComputedRef<string>;
  sort: ComputedRef<string>;
  sortField: ComputedRef<Sort | null>;
  columns: ComputedRef<FieldDef[]>;
  openId: ComputedRef<number | null>;
  set: (change: Record<string, string | null>, push?: boolean) => void;
  toggleSort: (name: string) => void;
}

export function useListState(object: ComputedRef<ObjectDef>): ListState {
  const route = useRoute();
  const router = useRouter();
  const preferences = usePreferences();
  const text = (name: string): string => (typeof route.query[name] === "string" ? (route.query[name] as string) : "");

  const view = computed(() => viewOf(object.value, text("view") || undefined));
  const modes = computed<Mode[]>(() => (stageField(object.value) ? ["list", "kanban", "funnel"] : ["list"]));
  const mode = computed<Mode>(() => {
    const asked = (text("mode") || view.value?.kind || "list") as Mode;
    return modes.value.includes(asked) ? asked : "list";
  });
  const filter = computed(() => text("filter"));
  const q = computed(() => text("q"));
  const sort = computed(() => {
    const asked = text("sort") || view.value?.sort || "";
    // a sort that names what cannot be sorted by (or seen) would be refused by the server
    const known = asked.split(",").filter((part) => field(object.value, part.replace(/^-/, ""))?.sortable !== false && field(object.value, part.replace(/^-/, "")));
    return known.length ? known.join(",") : "-updated_at";
  });
  const sortField = computed<Sort | null>(() => {
    const first = sort.value.split(",")[0];
    return first ? { field: first.replace(/^-/, ""), descending: first.startsWith("-") } : null;
  });
  const shownColumns = computed(() => {
    const own = preferences.columns[`${object.value.name}/${view.value?.name ?? ""}`];
    const current = view.value ?? { name: "", label: "" };
    return columns(object.value, own ? { ...current, columns: own } : view.value);
  });
  const openId = computed(() => (/^\d+$/.test(text("open")) ? Number(text("open")) : null));

  function set(change: Record<string, string | null>, push = false): void {
    const query: Record<string, string> = {};
    for (const [key, value] of Object.entries(route.query)) if (typeof value === "string") query[key] = value;
    for (const [key, value] of Object.entries(change)) {
      if (value === null || value === "") delete query[key];
      else query[key] = value;
    }
    void (push ? router.push({ query }) : router.replace({ query }));
  }
  function toggleSort(name: string): void {
    const current = sortField.value;
    if (current?.field !== name) set({ sort: name });
    else if (!current.descending) set({ sort: `-${name}` });
    else set({ sort: null });
  }
  return {
    object, view, mode, modes, filter, q, sort, sortField, columns: shownColumns, openId, set, toggleSort,
    fullFilter: computed(() => allOf(view.value?.filter, filter.value)),
  };
}
