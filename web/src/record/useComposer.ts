// The state of the composer: kind, text, what is added, the draft of each record, and sending it off.
import { computed, reactive, ref, watch, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError, randomKey } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import { field } from "@/meta/catalog";
import { asRef, asText, type Json, type ObjectDef, type RecordData, type Values } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { useSession } from "@/stores/session";
import { say } from "@/ui/toast";
import { composerKinds, eventTimes, valuesOf, type Kind } from "./composerKinds";
import type { Person } from "./mentions";
import { outbox, post, resume, takeBack, type Outgoing } from "./outbox";
import type { UseUploads } from "./useUploads";

interface Draft { kind?: string; text: string; extras?: Values; people?: Person[] }
export interface UseComposer {
  kinds: ComputedRef<Kind[]>;
  kind: ComputedRef<Kind | undefined>;
  definition: ComputedRef<ObjectDef | undefined>;
  text: Ref<string>;
  people: Ref<Person[]>;
  extras: Values;
  failure: Ref<string>;
  fieldErrors: Ref<Record<string, string>>;
  customer: ComputedRef<number | null>;
  choose: (key: string) => void;
  set: (name: string, value: Json) => void;
  submit: (uploads: UseUploads) => Promise<void>;
  restore: (item: Outgoing) => void;
}

function readDraft(key: string): Draft {
  const kept = localStorage.getItem(key) ?? "";
  if (!kept.startsWith("{")) return { text: kept };
  try {
    return { text: "", ...(JSON.parse(kept) as Partial<Draft>) };
  } catch {
    return { text: kept };
  }
}

export function useComposer(on: () => ObjectDef, record: () => RecordData): UseComposer {
  const { t } = useI18n();
  const catalog = useCatalog();
  const session = useSession();
  const kinds = computed(() => composerKinds((name) => catalog.get(name), on().name));
  const user = computed(() => session.session?.user);
  const draftKey = computed(() => `haike.composer.${user.value?.id ?? 0}.${on().name}.${record().id}`);
  const usual = computed(() => { const activity = catalog.get("activity"); const item = activity && field(activity, "type"); return typeof item?.default === "string" ? item.default : "note"; });
  const chosen = ref("");
  const text = ref("");
  const people = ref<Person[]>([]);
  const extras = reactive<Values>({});
  const failure = ref("");
  const fieldErrors = ref<Record<string, string>>({});
  const kind = computed(() => kinds.value.find((item) => item.key === chosen.value) ?? kinds.value.find((item) => item.key === usual.value) ?? kinds.value[0]);
  const definition = computed(() => (kind.value ? catalog.get(kind.value.object) : undefined));
  const customer = computed(() => (on().name === "customer" ? record().id : (asRef(record().customer)?.id ?? null)));

  function fill(draft: Draft): void {
    text.value = draft.text;
    people.value = draft.people ?? [];
    for (const name of Object.keys(extras)) delete extras[name];
    Object.assign(extras, draft.extras);
    if (draft.kind) chosen.value = draft.kind;
    if (kind.value?.object === "event" && !extras.start_at) Object.assign(extras, eventTimes(new Date()));
  }
  watch(draftKey, (key) => {
    fill(readDraft(key));
    failure.value = "";
    if (user.value) resume(user.value.id);
  }, { immediate: true });
  watch([text, people, extras, chosen], () => {
    if (!text.value.trim()) localStorage.removeItem(draftKey.value);
    else localStorage.setItem(draftKey.value, JSON.stringify({ kind: kind.value?.key, text: text.value, extras, people: people.value } satisfies Draft));
  }, { deep: true });

  function choose(key: string): void {
    chosen.value = key;
    failure.value = "";
    fieldErrors.value = {};
    if (kind.value?.object === "event" && !extras.start_at) Object.assign(extras, eventTimes(new Date()));
  }
  function set(name: string, value: Json): void {
    // an event that is moved keeps its length
    if (name === "start_at" && typeof value === "string" && extras.start_at && extras.end_at) {
      const length = Date.parse(asText(extras.end_at)) - Date.parse(asText(extras.start_at));
      if (length > 0) extras.end_at = new Date(Date.parse(value) + length).toISOString().replace(/\.\d{3}Z$/, "Z");
    }
    extras[name] = value;
    fieldErrors.value = {};
  }
  function entryOf(current: Kind, values: Values): Outgoing {
    const me = user.value ? { id: user.value.id, name: user.value.name } : null;
    const at = new Date().toISOString();
    const shown = { ...values, id: -Date.now(), version: 0, owner: me, created_by: me, name: asText(values.title) || asText(values.content).slice(0, 60) } as RecordData;
    return { key: randomKey(), user: me?.id ?? 0, object: current.object, target: { object: on().name, id: record().id, name: asText(record().name) }, values, state: "sending", item: { kind: current.object, at, user: me, [current.object]: shown } };
  }
  /** Files beyond the first, which the entry itself holds, belong to the record. */
  async function attachRest(uploads: UseUploads, taken: number): Promise<void> {
    const target = { object: on().name, id: record().id };
    for (const file of uploads.files.value.slice(taken)) await api.createRecord("attachment", { name: file.name, file: file.id, target });
    if (uploads.files.value.length > taken) invalidateRecord("attachment");
  }
  function restore(item: Outgoing): void {
    const kept = takeBack(item.key) ?? item;
    const values = kept.values;
    const written = [asText(values.title), asText(values.content), asText(values.description)].filter(Boolean).join("\n");
    const { target: _target, content: _content, title: _title, description: _description, mentions, attachment: _attachment, type, at: _at, ...rest } = values;
    const named = Array.isArray(mentions) ? mentions.flatMap((one) => { const ref = asRef(one); return ref?.name ? [{ id: ref.id, name: ref.name }] : []; }) : [];
    // something else may have been begun meanwhile
    if (text.value.trim()) text.value = `${text.value}\n${written}`;
    else fill({ kind: kept.object === "activity" ? asText(type) : kept.object, text: written, extras: rest, people: named });
  }
  async function submit(uploads: UseUploads): Promise<void> {
    const current = kind.value;
    const object = definition.value;
    if (!current || !object || uploads.busy.value || (!text.value.trim() && !uploads.files.value.length)) return;
    failure.value = "";
    fieldErrors.value = {};
    const words = text.value.trim() || uploads.files.value.map((file) => file.name).join(t("op.listSeparator"));
    const target = { object: on().name, id: record().id, name: asText(record().name) };
    const values = valuesOf(current, object, target, { text: words, extras, people: people.value, files: uploads.files.value }, new Date().toISOString().replace(/\.\d{3}Z$/, "Z"));
    const entry = entryOf(current, values);
    fill({ text: "" });
    try {
      const taken = values.attachment ? 1 : 0;
      await post(entry);
      if (catalog.get("attachment")?.rights.create) await attachRest(uploads, taken);
      uploads.clear();
      if (!outbox.items.some((item) => item.key === entry.key)) say(current.object === "task" ? t("composer.taskSaved") : current.object === "event" ? t("composer.eventSaved") : current.object === "comment" ? t("composer.commentSaved") : t("composer.saved"));
    } catch (error) {
      restore(entry);
      if (current.key !== kind.value?.key) chosen.value = current.key;
      const messages = error instanceof ApiError ? error.byField() : { "": error instanceof Error ? error.message : String(error) };
      fieldErrors.value = messages;
      failure.value = Object.entries(messages).map(([name, message]) => { const label = field(object, name)?.label; return label && !message.includes(label) && !["content", "title"].includes(name) ? `${label}: ${message}` : message; }).join(" ");
    }
  }
  return { kinds, kind, definition, text, people, extras, failure, fieldErrors, customer, choose, set, submit, restore };
}
