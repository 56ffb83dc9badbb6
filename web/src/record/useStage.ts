// What a step of the stage path does: its action or a save, and before that the question for what the stage demands.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, shallowReactive, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import { activeOptions, field, isEditable, stageField } from "@/meta/catalog";
import { asRef, asText, type FieldDef, type ObjectDef, type Option, type RecordData, type Values } from "@/meta/types";
import { getWay, hasModes, type Missing, type WayStage } from "@/process/calls";
import { blocking, missingFields, wayOptions } from "@/process/stages";
import { say } from "@/ui/toast";
import { actionBody, actionFields } from "./actions";
import { asksOnPage, demanded, isEmpty } from "./formState";

/** blocks: what no field of a form can mend, tasks and conditions of the record's sales mode */
export interface Demand { option: Option; fields: FieldDef[]; action: string | null; initial: Values; message: string; blocks: Missing[] }
export interface UseStage {
  stage: ComputedRef<FieldDef | undefined>;
  current: ComputedRef<Option | undefined>;
  steps: ComputedRef<Option[]>;
  at: ComputedRef<number>;
  writable: ComputedRef<boolean>;
  demand: Ref<Demand | null>;
  moving: Ref<string | null>;
  go: (option: Option) => Promise<void>;
  fulfil: (values: Values) => Promise<void>;
  /** what is still empty of what a step demands, once it has been asked for */
  lacking: (option: Option) => FieldDef[];
  /** of a record that goes through a sales mode: the stage as its way tells it */
  way: (key: string) => WayStage | undefined;
  learn: (option: Option | undefined) => Promise<void>;
}

export function useStage(object: () => ObjectDef, record: () => RecordData, save: (values: Values) => Promise<unknown>, convert: () => void): UseStage {
  const { t } = useI18n();
  const demand = shallowRef<Demand | null>(null);
  const moving = ref<string | null>(null);
  const stage = computed(() => stageField(object()));
  const key = computed(() => asText(record()[stage.value?.name ?? ""]));
  const staged = computed(() => hasModes(object()) && asRef(record().mode) !== null);
  const asked = useQuery({ queryKey: computed(() => ["stages", object().name, record().id, record().version]), queryFn: ({ signal }) => getWay(object().name, record().id, signal), enabled: staged, retry: false, placeholderData: (previous, query) => (query?.queryKey[2] === record().id ? previous : undefined) });
  const wayItems = computed(() => (staged.value ? (asked.data.value?.items ?? []) : []));
  const way = (name: string): WayStage | undefined => wayItems.value.find((item) => item.key === name);
  const options = computed(() => (wayItems.value.length ? wayOptions(wayItems.value) : (stage.value?.options ?? [])));
  const current = computed(() => options.value.find((option) => option.key === key.value));
  const hasAction = (name: string): boolean => object().rights.actions?.includes(name) ?? false;
  const writable = computed(() => stage.value !== undefined && (isEditable(object(), stage.value) || (object().rights.update && !stage.value.readonly)));
  // the lost end stands last; where nobody can go there it is shown only when it has been reached
  const steps = computed(() => {
    // a stage that was retired stays on the path of what is in it
    const all = wayItems.value.length ? options.value : stage.value ? activeOptions(stage.value) : [];
    const lost = all.filter((option) => option.outcome === "lost" && (option.key === key.value || hasAction("lose") || hasAction("reject") || writable.value));
    return [...all.filter((option) => option.outcome !== "lost"), ...lost.filter((option) => option.key === key.value || !["won"].includes(current.value?.outcome ?? ""))];
  });
  const at = computed(() => steps.value.findIndex((option) => option.key === key.value));

  function actionOf(option: Option): string | null {
    if (option.outcome === "won" && hasAction("win")) return "win";
    if (option.outcome === "lost" && hasAction("lose")) return "lose";
    if (option.outcome === "lost" && hasAction("reject")) return "reject";
    if (stage.value?.name === "status" && option.key === "qualified" && hasAction("qualify")) return "qualify";
    return null;
  }
  /** Fields that rules demand at that stage and that are still empty. */
  async function asks(option: Option): Promise<FieldDef[]> {
    const name = stage.value?.name;
    if (!name || !asksOnPage(object())) return [];
    try {
      const answer = await api.formState(object().name, { id: record().id, values: { [name]: option.key } });
      return demanded(object(), answer, { ...record(), [name]: option.key });
    } catch {
      return [];
    }
  }
  /** What an action asks, then what rules demand beyond it. */
  async function wantedAt(option: Option, action: string | null): Promise<FieldDef[]> {
    const own = action ? actionFields(object(), action, t("record.reason")) : [];
    const gate = way(option.key);
    const wanted = [...(gate ? missingFields(object(), gate.missing) : []), ...await asks(option)];
    const mine = own.map((item) => ({ ...item, required: item.required === true || wanted.some((other) => other.name === item.name) }));
    return [...mine, ...wanted.filter((item, at) => !own.some((other) => other.name === item.name) && wanted.findIndex((other) => other.name === item.name) === at).map((item) => ({ ...item, required: true }))];
  }
  const learned = shallowReactive(new Map<string, FieldDef[]>());
  watch(() => [object().name, record().id, record().version, asked.data.value], () => learned.clear());
  async function learn(option: Option | undefined): Promise<void> {
    if (!option || option.key === key.value || learned.has(option.key)) return;
    const version = record().version;
    const fields = (await wantedAt(option, actionOf(option))).filter((item) => item.required && isEmpty(record()[item.name]));
    if (version === record().version) learned.set(option.key, fields);
  }
  function lacking(option: Option): FieldDef[] {
    const known = learned.get(option.key) ?? [];
    const gate = missingFields(object(), way(option.key)?.missing ?? []);
    return [...gate, ...known.filter((item) => !gate.some((other) => other.name === item.name))];
  }
  function ask(option: Option, fields: FieldDef[], action: string | null, message = ""): void {
    demand.value = { option, action, message, fields, blocks: message ? [] : blocking(way(option.key)?.missing ?? []), initial: Object.fromEntries(fields.map((item) => [item.name, record()[item.name] ?? null])) };
  }
  async function apply(option: Option, action: string | null, values: Values): Promise<void> {
    if (!stage.value) return;
    if (action) {
      const body = actionBody(values);
      // an action takes its own fields; what else is demanded is saved first
      const own = new Set(actionFields(object(), action, "").map((item) => item.name));
      const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !own.has(name)));
      if (Object.keys(rest).length) await save(rest);
      await api.runAction(object().name, record().id, action, body !== null && typeof body === "object" && !Array.isArray(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => own.has(name))) : {});
      invalidateRecord(object().name, record().id);
    } else await save({ ...values, [stage.value.name]: option.key });
    say(t("kanban.moved", { stage: option.label }));
  }
  async function go(option: Option): Promise<void> {
    if (!stage.value || option.key === key.value || current.value?.outcome === "won" || moving.value) return;
    if (option.key === "converted" && hasAction("convert")) {
      convert();
      return;
    }
    moving.value = option.key;
    demand.value = null;
    const action = actionOf(option);
    try {
      if (staged.value) await asked.refetch(); // a task may be done by now, and a condition hold
      const fields = await wantedAt(option, action);
      if (fields.length || blocking(way(option.key)?.missing ?? []).length) ask(option, fields, action);
      else await apply(option, action, {});
    } catch (error) {
      refused(error, option, action);
    } finally {
      moving.value = null;
    }
  }
  /** What the server demands beyond that is asked for as well; anything else is said with its reason. */
  function refused(error: unknown, option: Option, action: string | null): void {
    const messages = error instanceof ApiError ? (error.status === 0 ? { "": t("record.notSent") } : error.byField()) : { "": String(error) };
    const fields = Object.keys(messages).filter((name) => name !== stage.value?.name).flatMap((name) => field(object(), name) ?? []).map((item) => ({ ...item, required: true }));
    ask(option, fields, action, fields.length ? "" : Object.values(messages).join(" "));
  }
  async function fulfil(values: Values): Promise<void> {
    if (demand.value) await apply(demand.value.option, demand.value.action, values);
  }
  return { stage, current, steps, at, writable, demand, moving, go, fulfil, lacking, learn, way };
}
