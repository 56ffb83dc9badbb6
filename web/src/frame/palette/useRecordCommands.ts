// What can be done with one record from the palette: its actions, a follow-up, what hangs at it, any field.
import { useQuery } from "@tanstack/vue-query";
import { Link, PenLine, SquarePen, Zap } from "@lucide/vue";
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import * as api from "@/lib/api";
import { copyText } from "@/lib/copy";
import { ApiError } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import { field, isEditable, isWritable } from "@/meta/catalog";
import { asText, type ActionDef, type Json, type ObjectDef, type RecordData } from "@/meta/types";
import { MOVES, poolsChanged } from "@/pool/usePools";
import { actionBody, actionFields, actionsNow, actionStart } from "@/record/actions";
import { saveRecord } from "@/record/save";
import { useCatalog } from "@/stores/catalog";
import { objectIcon } from "@/ui/icons";
import { say } from "@/ui/toast";
import { openCreate } from "../state";
import type { Item } from "./model";

export interface RecordCommands { name: ComputedRef<string>; main: ComputedRef<Item[]>; fields: ComputedRef<Item[]> }

export function useRecordCommands(which: () => { object: string; id: number } | null | undefined): RecordCommands {
  const { t } = useI18n();
  const router = useRouter();
  const catalog = useCatalog();
  const object = computed(() => catalog.get(which()?.object ?? ""));
  const query = useQuery({
    queryKey: computed(() => ["record", which()?.object ?? "", which()?.id ?? 0]), queryFn: ({ signal }) => api.getRecord(which()?.object ?? "", which()?.id ?? 0, signal),
    enabled: computed(() => object.value !== undefined), staleTime: 60_000,
  });
  const record = computed(() => (object.value ? query.data.value : undefined));

  async function act(definition: ObjectDef, on: RecordData, action: ActionDef, values: Record<string, Json>): Promise<void> {
    await api.runAction(definition.name, on.id, action.name, actionBody(values));
    invalidateRecord(definition.name, on.id);
    if (MOVES.has(action.name)) poolsChanged();
    say(t("record.actionDone", { label: action.label }));
  }
  function quietly(work: Promise<unknown>): void {
    void work.catch((error: unknown) => say(error instanceof ApiError ? Object.values(error.byField()).join(" ") : String(error), { tone: "bad" }));
  }
  function actionItem(definition: ObjectDef, on: RecordData, action: ActionDef): Item {
    const base = { key: `act:${action.name}`, label: action.label, icon: Zap, words: [action.name], danger: action.danger };
    if (action.name === "convert") return { ...base, step: () => ({ kind: "convert", title: action.label, object: definition.name, id: on.id }) };
    const fields = actionFields(definition, action.name, t("record.reason"), t("pool.until"));
    if (fields.length || action.danger) return { ...base, label: fields.length ? `${action.label}…` : action.label, step: () => ({ kind: "form", title: action.label, label: action.label, danger: action.danger, fields, initial: actionStart(action.name, on), run: (values) => act(definition, on, action, values) }) };
    return { ...base, run: () => quietly(act(definition, on, action, {})) };
  }
  const fields = computed<Item[]>(() => {
    const definition = object.value;
    const on = record.value;
    if (!definition || !on) return [];
    return definition.fields.filter((item) => isEditable(definition, item) && item.name !== "department").map((item) => ({
      key: `edit:${item.name}`, label: t("palette.edit", { label: item.label }), icon: SquarePen, words: [item.label, item.name],
      step: () => ({ kind: "form", title: item.label, label: t("common.save"), fields: [{ ...item, access: "write" }], initial: { [item.name]: on[item.name] ?? null }, run: (values) => saveRecord(definition.name, on, values).then(() => invalidateRecord(definition.name, on.id)) }),
    }));
  });
  const main = computed<Item[]>(() => {
    const definition = object.value;
    const on = record.value;
    if (!definition || !on) return [];
    const path = `/o/${definition.name}/${on.id}`;
    const children = (definition.children ?? []).filter((child) => { const target = catalog.get(child.object); const item = target && field(target, child.field); return target?.rights.create && target.nav !== false && child.object !== definition.name && item !== undefined && isWritable(target, item); });
    const mayWrite = catalog.get("activity")?.rights.create && !["task", "activity", "event", "user", "department", "role"].includes(definition.name);
    return [
      ...(mayWrite ? [{ key: "write", label: t("quick.write"), icon: PenLine, words: ["follow up", "note"], run: () => void router.push(`${path}?write=1`) }] : []),
      ...actionsNow(definition, on).map((action) => actionItem(definition, on, action)),
      ...children.map((child) => ({
        key: `child:${child.name}`, label: t("list.new", { label: catalog.get(child.object)?.label ?? "" }), icon: objectIcon(child.object, catalog.get(child.object)?.icon), words: ["new", child.object],
        run: () => openCreate(child.object, { [child.field]: { id: on.id, name: asText(on.name) } }),
      })),
      ...(fields.value.length ? [{ key: "edit", label: t("palette.editField"), icon: SquarePen, words: ["edit"], step: () => ({ kind: "choose" as const, title: t("palette.editField"), items: fields.value }) }] : []),
      { key: "link", label: t("record.copyLink"), icon: Link, words: ["copy", "link"], run: () => void copyText(window.location.origin + path).then(() => say(t("record.linkCopied"))) },
    ];
  });
  return { name: computed(() => asText(record.value?.name)), main, fields };
}
