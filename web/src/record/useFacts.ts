// Facts edited in place. What a rule refuses because of another field waits here with its value, and is saved together with what was missing.
import { computed, onBeforeUnmount, reactive, shallowRef, watch, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { ApiError } from "@/lib/http";
import { field } from "@/meta/catalog";
import type { FieldDef, Json, ObjectDef, RecordData, Values } from "@/meta/types";
import type { Answer } from "./formState";
import { whenBack } from "./online";
import { useFormState } from "./useFormState";

export type Save = (values: Values, seen?: RecordData) => Promise<unknown>;
export interface UseFacts {
  answer: ComputedRef<Answer>;
  /** refused for the sake of other fields, not yet saved */
  waiting: Values;
  refused: Record<string, string>;
  /** fields whose save could not reach the server; they are sent when it is back */
  offline: Record<string, boolean>;
  waitsFor: ComputedRef<FieldDef[]>;
  /** seen: the record as it was when editing began; without it the latest, for what is changed by one press */
  commit: (name: string, value: Json, seen?: RecordData) => Promise<boolean>;
  forget: (name: string) => void;
  drop: () => void;
}

export function useFacts(object: () => ObjectDef, record: () => RecordData, save: Save): UseFacts {
  const { t } = useI18n();
  const waiting = reactive<Values>({});
  const refused = reactive<Record<string, string>>({});
  const offline = reactive<Record<string, boolean>>({});
  const began = shallowRef<RecordData | null>(null);
  const stops = new Map<string, () => void>();
  const answer = useFormState({ object, id: () => record().id, version: () => record().version, values: () => waiting, typing: false });

  function drop(): void {
    for (const name of Object.keys(waiting)) delete waiting[name];
    for (const name of Object.keys(refused)) delete refused[name];
    began.value = null;
  }
  function forget(name: string): void {
    stops.get(name)?.();
    delete refused[name];
    delete offline[name];
  }
  function blame(error: unknown, name: string, values: Values, seen: RecordData | undefined): void {
    const messages = error instanceof ApiError ? error.byField() : { "": error instanceof Error ? error.message : String(error) };
    const others = Object.keys(messages).filter((other) => other !== name && other !== "" && field(object(), other));
    if (messages[name] === undefined && others.length) {
      began.value ??= seen ?? record();
      Object.assign(waiting, values);
    }
    for (const other of others) refused[other] = messages[other] ?? "";
    if (messages[name] !== undefined || !others.length) refused[name] = messages[name] ?? messages[""] ?? Object.values(messages)[0] ?? "";
  }
  async function commit(name: string, value: Json, seen?: RecordData): Promise<boolean> {
    forget(name);
    const values = { ...waiting, [name]: value };
    try {
      await save(values, began.value ?? seen);
      drop();
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) {
        refused[name] = t("record.kept");
        offline[name] = true;
        stops.set(name, whenBack(() => { if (offline[name]) void commit(name, value, seen); }));
        return false;
      }
      blame(error, name, values, seen);
      return refused[name] === undefined;
    }
  }
  watch(() => record().id, () => {
    drop();
    for (const stop of stops.values()) stop();
  });
  onBeforeUnmount(() => { for (const stop of stops.values()) stop(); });
  const waitsFor = computed(() => Object.keys(refused).filter((name) => !(name in waiting)).flatMap((name) => field(object(), name) ?? []));
  return { answer, waiting, refused, offline, waitsFor, commit, forget, drop };
}
