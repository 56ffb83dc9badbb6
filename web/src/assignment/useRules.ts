// The rules of one object and their members: read, moved, switched, saved together.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { queryClient } from "@/lib/queries";
import { asNumber, asRef, type RecordData, type Values } from "@/meta/types";
import { useSaving } from "@/signon/useSaving";
import { say } from "@/ui/toast";
import { memberChanges, memberOf, reordered, valuesOf, type Draft, type Member } from "./draft";

export interface Rules {
  rules: ComputedRef<RecordData[]>;
  membersOf: (rule: number) => Member[];
  loading: ComputedRef<boolean>;
  failure: ComputedRef<Error | null>;
  retry: () => void;
  errors: Ref<Record<string, string>>;
  busy: Ref<boolean>;
  save: (draft: Draft) => Promise<boolean>;
  place: (id: number, to: number) => Promise<void>;
  change: (id: number, values: Values) => Promise<void>;
  remove: (rule: RecordData) => Promise<void>;
}

export function useRules(object: () => string): Rules {
  const { t } = useI18n();
  const { busy, errors, run } = useSaving();
  const list = useQuery({
    queryKey: computed(() => ["records", "assignment_rule", object()]),
    queryFn: ({ signal }) => api.listRecords("assignment_rule", { filter: `object = "${object()}"`, sort: "order", limit: 200, fields: "id,version,name,object,order,condition,method,departments,respect_hours,fallback,fallback_user,fallback_pool,cadence,response_minutes,escalate_to,escalate_user,active" }, signal),
  });
  const rules = computed(() => [...(list.data.value?.items ?? [])].sort((a, b) => (asNumber(a.order) ?? 0) - (asNumber(b.order) ?? 0) || a.id - b.id));
  const members = useQuery({
    queryKey: computed(() => ["records", "assignment_member", rules.value.map((rule) => rule.id)]),
    queryFn: async ({ signal }) => {
      const found: RecordData[] = [];
      for (let after: string | null = null; ;) {
        const page: { items: RecordData[]; next: string | null } = await api.listRecords("assignment_member", { filter: `rule in (${rules.value.map((rule) => rule.id).join(", ")})`, sort: "id", limit: 200, after }, signal);
        found.push(...page.items);
        after = page.next;
        if (!after || found.length >= 2000) return found;
      }
    },
    enabled: computed(() => rules.value.length > 0),
  });
  const membersOf = (rule: number): Member[] => (members.data.value ?? []).filter((record) => asRef(record.rule)?.id === rule).map(memberOf);

  async function refresh(): Promise<void> {
    await Promise.all(["assignment_rule", "assignment_member"].map((name) => queryClient.invalidateQueries({ queryKey: ["records", name] })));
  }
  async function attempt(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    const done = await run(work);
    await refresh();
    return done;
  }
  // members follow their rule; what is refused of them is told with it, and a second try sends only what is still missing
  const save = (draft: Draft): Promise<boolean> => attempt(async () => {
    const before = draft.id === null ? [] : membersOf(draft.id);
    if (draft.id === null) draft.id = (await api.createRecord("assignment_rule", valuesOf(draft, object()))).id;
    else await api.updateRecord("assignment_rule", draft.id, valuesOf(draft, object()));
    const changes = memberChanges(before, draft.members);
    for (const id of changes.remove) await api.deleteRecord("assignment_member", id);
    for (const { id, values } of changes.change) await api.updateRecord("assignment_member", id, values);
    for (const values of changes.add) {
      const made = await api.createRecord("assignment_member", { rule: draft.id, ...values });
      const member = draft.members.find((item) => item.id === null && item.user.id === values.user);
      if (member) member.id = made.id;
    }
    say(t("assign.saved"));
  });
  const place = async (id: number, to: number): Promise<void> => {
    const changes = reordered(rules.value.map((rule) => ({ id: rule.id, order: asNumber(rule.order) ?? 0 })), id, to);
    await attempt(async () => { for (const { id: rule, order } of changes) await api.updateRecord("assignment_rule", rule, { order }); });
  };
  const change = async (id: number, values: Values): Promise<void> => { await attempt(async () => { await api.updateRecord("assignment_rule", id, values); }); };
  const remove = async (rule: RecordData): Promise<void> => {
    await attempt(async () => {
      await api.deleteRecord("assignment_rule", rule.id);
      say(t("assign.deleted"), { action: { label: t("common.undo"), run: () => void api.restoreRecord("assignment_rule", rule.id).then(refresh) } });
    });
  };
  return { rules, membersOf, loading: computed(() => list.isPending.value), failure: computed(() => list.error.value), retry: () => void list.refetch(), errors, busy, save, place, change, remove };
}
