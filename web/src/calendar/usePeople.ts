// Whose calendars are shown: me, my department, single colleagues; each keeps its colour while chosen.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { asText, type Ref } from "@/meta/types";
import { useSession } from "@/stores/session";

export interface People {
  me: ComputedRef<number>;
  /** as the address says it: "me", "dept", "12" */
  chosen: ComputedRef<string[]>;
  ids: ComputedRef<number[]>;
  refs: ComputedRef<Ref[]>;
  several: ComputedRef<boolean>;
  department: ComputedRef<Ref[]>;
  colour: (id: number) => string;
  toggle: (key: string) => void;
}
const COLOURS = 6;

export function usePeople(text: () => string, set: (value: string | null) => void): People {
  const session = useSession();
  const me = computed(() => session.session?.user.id ?? 0);
  const chosen = computed(() => { const list = text().split(",").filter((key) => key === "me" || key === "dept" || /^\d+$/.test(key)); return list.length ? list : ["me"]; });
  const members = useQuery({
    queryKey: ["records", "user", "department"],
    queryFn: ({ signal }) => api.listRecords("user", { filter: "department under my_department()", fields: "id,name", sort: "id", limit: 60 }, signal),
    enabled: computed(() => Boolean(session.session?.user.department)),
    staleTime: 300_000,
  });
  const single = computed(() => chosen.value.filter((key) => /^\d+$/.test(key)).join(", "));
  const named = useQuery({
    queryKey: computed(() => ["records", "user", "named", single.value]),
    queryFn: ({ signal }) => api.listRecords("user", { filter: `id in (${single.value})`, fields: "id,name", limit: 60 }, signal),
    enabled: computed(() => single.value !== ""),
    staleTime: 300_000,
    placeholderData: (previous) => previous,
  });
  const toRef = (record: { id: number; [name: string]: unknown }): Ref => ({ id: record.id, name: asText(record.name as string) || null });
  const department = computed(() => (members.data.value?.items ?? []).map(toRef));
  const refs = computed(() => {
    const list: Ref[] = [];
    const add = (each: Ref | undefined): void => { if (each && !list.some((one) => one.id === each.id)) list.push(each); };
    for (const key of chosen.value) {
      if (key === "me") add({ id: me.value, name: session.session?.user.name ?? null });
      else if (key === "dept") department.value.forEach(add);
      else add((named.data.value?.items ?? []).map(toRef).find((each) => each.id === Number(key)) ?? { id: Number(key), name: null });
    }
    return list;
  });
  const ids = computed(() => refs.value.map((each) => each.id));
  const places = computed(() => new Map(ids.value.map((id, at) => [id, `p${(at % COLOURS) + 1}`])));
  function toggle(key: string): void {
    const next = chosen.value.includes(key) ? chosen.value.filter((each) => each !== key) : [...chosen.value, key];
    set(next.length === 0 || next.join() === "me" ? null : next.join(","));
  }
  return { me, chosen, ids, refs, department, toggle, several: computed(() => ids.value.length > 1), colour: (id) => places.value.get(id) ?? "p1" };
}
