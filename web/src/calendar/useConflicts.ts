// Who is taken at that time: my own events by name, everybody else by when.
import { useQuery } from "@tanstack/vue-query";
import { computed, onScopeDispose, ref, watch, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { parseDate } from "@/lib/format";
import { asText, type Ref } from "@/meta/types";
import { toWireTime } from "./dates";

export interface Conflict { user: Ref; title: string; start: Date; end: Date }
interface Asked { users: Ref[]; start: Date; end: Date }

export function useConflicts(wanted: () => Asked | null, me: () => Ref, except: () => { id: number; start: Date; end: Date } | null): ComputedRef<Conflict[]> {
  const asked = ref<Asked | null>(null);
  let timer = 0;
  watch(wanted, (value) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { asked.value = value && value.end > value.start ? value : null; }, asked.value ? 250 : 0);
  }, { immediate: true, deep: true });
  onScopeDispose(() => window.clearTimeout(timer));
  const from = computed(() => (asked.value ? toWireTime(asked.value.start) : ""));
  const to = computed(() => (asked.value ? toWireTime(asked.value.end) : ""));
  const others = computed(() => (asked.value?.users ?? []).filter((user) => user.id !== me().id));

  const own = useQuery({
    queryKey: computed(() => ["records", "event", "overlap", from.value, to.value]),
    queryFn: ({ signal }) => api.listRecords("event", { filter: `(owner = me() or participants contains ${me().id}) and start_at < ${to.value} and end_at > ${from.value} and all_day = false`, fields: "id,title,start_at,end_at", sort: "start_at", limit: 10 }, signal),
    enabled: computed(() => from.value !== ""),
    retry: false,
  });
  const busy = useQuery({
    queryKey: computed(() => ["records", "event", "busy", others.value.map((user) => user.id).join(), from.value, to.value]),
    queryFn: ({ signal }) => api.busy(others.value.map((user) => user.id), from.value, to.value, signal),
    enabled: computed(() => from.value !== "" && others.value.length > 0),
    retry: false,
  });
  return computed(() => {
    if (!asked.value) return [];
    const self = except();
    const mine: Conflict[] = (own.data.value?.items ?? []).filter((record) => record.id !== self?.id).flatMap((record) => {
      const start = parseDate(asText(record.start_at));
      const end = parseDate(asText(record.end_at));
      return start && end ? [{ user: me(), title: asText(record.title), start, end }] : [];
    });
    const theirs = others.value.length ? (busy.data.value?.items ?? []).flatMap((each) => {
      const user = others.value.find((one) => one.id === each.user);
      const start = new Date(each.from);
      const end = new Date(each.to);
      // the event that is being moved keeps its own people busy
      const itself = self !== null && start >= self.start && end <= self.end;
      return user && !itself ? [{ user, title: "", start, end }] : [];
    }) : [];
    return [...mine, ...theirs];
  });
}
