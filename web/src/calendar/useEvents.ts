// What the calendar page shows for some days and people: events, and as layers tasks and follow-ups that are due.
import { useQueries, useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { field } from "@/meta/catalog";
import { asRef, type ObjectDef } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { openFilter } from "@/today/useDue";
import { useNow } from "@/ui/useNow";
import { toWireTime, type Span } from "./dates";
import { dueItem, eventItem, type CalItem, type Layer } from "./items";
import { fetchAll, rangeKey, usePages } from "./usePages";

const EVENT_FIELDS = ["id", "version", "name", "title", "kind", "start_at", "end_at", "all_day", "location", "target", "participants", "remind_minutes", "description", "owner"];
/** As many as the server answers about at once. */
const BUSY_MOST = 50;
const FOLLOWED = ["customer", "lead", "opportunity"];
const DUE_FIELDS = ["id", "version", "name", "title", "owner", "target", "customer", "company", "priority", "status", "stage"];
export interface BusyTime { user: number; start: Date; end: Date }
export interface Events {
  items: ComputedRef<CalItem[]>;
  busy: ComputedRef<BusyTime[]>;
  pending: ComputedRef<boolean>;
  fetching: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  cut: ComputedRef<boolean>;
  refetch: () => void;
}

export const fieldsOf = (object: ObjectDef, names: string[]): string => names.filter((name) => name === "id" || name === "version" || field(object, name)).join(",");
export const within = (start: string, end: string, span: Span): string => `${start} < ${toWireTime(span.to)} and ${end} > ${toWireTime(span.from)}`;

interface Wanted { object: ObjectDef; at: string; layer: Layer }

export function useEvents(span: () => Span, people: () => number[], layers: () => Set<string>, me: () => number): Events {
  const catalog = useCatalog();
  const now = useNow();
  const event = computed(() => catalog.get("event"));
  const ids = computed(() => people().join(", ") || "0");
  const pages = usePages(() => "event", () => ({
    filter: `(owner in (${ids.value}) or participants in (${ids.value})) and ${within("start_at", "end_at", span())}`, sort: "start_at",
    fields: event.value ? fieldsOf(event.value, EVENT_FIELDS) : undefined,
  }), () => event.value?.rights.read === true);

  const wanted = computed<Wanted[]>(() => {
    const list: Wanted[] = [];
    const task = catalog.get("task");
    if (layers().has("task") && task?.rights.read) list.push({ object: task, at: "due_at", layer: "task" });
    for (const name of layers().has("follow") ? FOLLOWED : []) {
      const object = catalog.get(name);
      if (object?.rights.read && field(object, "next_follow_up")) list.push({ object, at: "next_follow_up", layer: "follow" });
    }
    return list;
  });
  const questions = computed(() => wanted.value.map(({ object, at, layer }) => ({
    filter: allOf(`owner in (${ids.value})`, `${at} >= ${toWireTime(span().from)} and ${at} < ${toWireTime(span().to)}`, layer === "follow" ? openFilter(object) : ""),
    sort: at, fields: fieldsOf(object, [...DUE_FIELDS, at]),
  })));
  const due = useQueries({
    queries: computed(() => wanted.value.map(({ object }, index) => {
      const query = questions.value[index] ?? {};
      return { queryKey: rangeKey(object.name, query), queryFn: ({ signal }: { signal: AbortSignal }) => fetchAll(object.name, query, 1000, signal) };
    })),
  });
  const dueItems = computed(() => wanted.value.flatMap(({ object, at, layer }, index) => {
    const item = field(object, at);
    return item ? (due.value[index]?.data?.items ?? []).flatMap((record) => dueItem(object, record, item, layer, now.value) ?? []) : [];
  }));

  const others = computed(() => people().filter((id) => id !== me()).slice(0, BUSY_MOST));
  const busyQuery = useQuery({
    queryKey: computed(() => ["records", "event", "busy", others.value.join(), span().from.getTime(), span().to.getTime()]),
    queryFn: ({ signal }) => api.busy(others.value, toWireTime(span().from), toWireTime(span().to), signal),
    enabled: computed(() => others.value.length > 0),
    retry: false,
  });
  const items = computed(() => [
    ...(event.value ? pages.items.value.flatMap((record) => eventItem(event.value as ObjectDef, record) ?? []) : []),
    ...dueItems.value,
  ]);
  const busy = computed(() => others.value.length ? rest(busyQuery.data.value?.items ?? [], items.value) : []);
  return {
    items, busy, pending: pages.pending, cut: pages.cut,
    fetching: computed(() => pages.fetching.value || due.value.some((result) => result.isFetching)),
    error: computed(() => pages.error.value ?? due.value.find((result) => result.error)?.error ?? null),
    refetch: () => { pages.refetch(); for (const result of due.value) void result.refetch(); },
  };
}

/** Whose an item is, as far as the chosen people go. */
export function peopleOf(item: CalItem): number[] {
  const list = Array.isArray(item.record.participants) ? item.record.participants.flatMap((each) => asRef(each)?.id ?? []) : [];
  return item.who ? [item.who.id, ...list] : list;
}

/** Busy times without the events that are shown anyway. */
export function rest(busy: api.Busy[], shown: CalItem[]): BusyTime[] {
  return busy.flatMap((each) => {
    let free = [{ start: new Date(each.from), end: new Date(each.to) }];
    for (const item of shown.filter((one) => one.layer === "event" && peopleOf(one).includes(each.user))) {
      free = free.flatMap((part) => {
        if (item.start >= part.end || item.end <= part.start) return [part];
        return [{ start: part.start, end: item.start }, { start: item.end, end: part.end }].filter((piece) => piece.end > piece.start);
      });
    }
    return free.map((part) => ({ user: each.user, ...part }));
  });
}
