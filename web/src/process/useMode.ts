// One sales mode with its stages as a draft: loading it, what saving would do, saving it stage by stage. What is refused is told at its stage.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { queryClient } from "@/lib/queries";
import type { RecordData, Values } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { usePreferences } from "@/stores/preferences";
import { useSession } from "@/stores/session";
import { MODE, previewStages, STAGE, TASK, type Effect } from "./calls";
import { anyChange, draftOf, planned, stageChanges, stageValues, taskValues, type StageChanges, type StageDraft } from "./draft";

export interface ModeState {
  mode: ComputedRef<RecordData | undefined>;
  stages: Ref<StageDraft[]>;
  changes: ComputedRef<StageChanges>;
  dirty: ComputedRef<boolean>;
  effect: ShallowRef<Effect | null>;
  loading: ComputedRef<boolean>;
  failure: ComputedRef<Error | null>;
  busy: Ref<boolean>;
  /** by the stage's name, then by field */
  errors: Ref<Record<string, Record<string, string>>>;
  error: Ref<string>;
  load: () => Promise<void>;
  reset: () => void;
  save: () => Promise<boolean>;
  change: (values: Values) => Promise<Record<string, string>>;
  look: () => Promise<void>;
}
const LIMIT = 200;
// a list leaves long texts out unless they are named
const STAGE_FIELDS = "id,version,mode,key,label,order,probability,outcome,color,required_fields,guidance,exit_criteria,exit_message,max_days,retired";
const said = (error: unknown): Record<string, string> => (error instanceof ApiError ? error.byField() : { "": String(error) });

export function useMode(id: () => number): ModeState {
  const catalog = useCatalog();
  const session = useSession();
  const preferences = usePreferences();
  const stages = ref<StageDraft[]>([]);
  const before = shallowRef<StageDraft[]>([]);
  const effect = shallowRef<Effect | null>(null);
  const errors = ref<Record<string, Record<string, string>>>({});
  const error = ref("");
  const busy = ref(false);
  const query = useQuery({
    queryKey: computed(() => [MODE, "one", id()]), staleTime: 0,
    queryFn: async ({ signal }) => {
      const [mode, own] = await Promise.all([api.getRecord(MODE, id(), signal), api.listRecords(STAGE, { fields: STAGE_FIELDS, filter: `mode = ${id()}`, sort: "order", limit: LIMIT }, signal)]);
      const tasks = own.items.length ? (await api.listRecords(TASK, { filter: `stage in (${own.items.map((stage) => stage.id).join(", ")})`, sort: "title", limit: LIMIT }, signal)).items : [];
      return { mode, stages: own.items, tasks };
    },
  });
  function take(): void {
    const data = query.data.value;
    before.value = (data?.stages ?? []).map((stage) => draftOf(stage, data?.tasks ?? []));
    stages.value = structuredClone(before.value);
    errors.value = {};
    error.value = "";
  }
  const changes = computed(() => stageChanges(before.value, stages.value));
  const dirty = computed(() => anyChange(changes.value));
  watch(query.data, () => { if (!dirty.value || !before.value.length) take(); }, { immediate: true });
  watch(id, () => { before.value = []; stages.value = []; });

  let asked = 0;
  async function look(): Promise<void> {
    const mine = ++asked;
    try {
      const answer = await previewStages(id(), planned(stages.value));
      if (mine === asked) effect.value = answer;
    } catch {
      if (mine === asked) effect.value = null; // saving says what is wrong
    }
  }
  let timer = 0;
  watch(stages, () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), 400);
  }, { deep: true });

  async function load(): Promise<void> {
    await queryClient.invalidateQueries({ queryKey: ["records", MODE] });
    await queryClient.invalidateQueries({ queryKey: ["records", STAGE] });
    await query.refetch();
    take();
  }
  async function saveStage(at: number): Promise<void> {
    const stage = stages.value[at];
    if (!stage) return;
    const values = stageValues(stage, (at + 1) * 10);
    const saved = stage.id ? await api.updateRecord(STAGE, stage.id, values) : await api.createRecord(STAGE, { ...values, mode: id() });
    stage.id = saved.id;
  }
  async function saveTasks(stage: StageDraft, todo: StageChanges["tasks"][number]): Promise<void> {
    for (const task of todo.write) {
      const saved = task.id ? await api.updateRecord(TASK, task.id, taskValues(task)) : await api.createRecord(TASK, { ...taskValues(task), stage: stage.id });
      task.id = saved.id;
    }
    for (const gone of todo.remove) await api.deleteRecord(TASK, gone);
  }
  /** The first refusal ends it; what was saved by then is saved, and the rest is still a change. */
  async function save(): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    errors.value = {};
    error.value = "";
    const todo = changes.value;
    let at = "";
    try {
      for (const place of todo.write) {
        at = stages.value[place]?.name ?? "";
        await saveStage(place);
      }
      for (const tasks of todo.tasks) {
        const stage = stages.value[tasks.stage];
        at = stage?.name ?? "";
        if (stage) await saveTasks(stage, tasks);
      }
      at = "";
      for (const stage of todo.remove) if (stage.id) await api.deleteRecord(STAGE, stage.id);
      await load();
      await catalog.load(`${session.session?.user.id ?? 0}/${preferences.lang}`, true); // a new stage is a new option of the field
      return true;
    } catch (problem) {
      const messages = said(problem);
      if (at) errors.value = { [at]: messages };
      error.value = Object.values(messages).join(" ");
      return false;
    } finally {
      busy.value = false;
    }
  }
  async function change(values: Values): Promise<Record<string, string>> {
    try {
      await api.updateRecord(MODE, id(), values);
      await queryClient.invalidateQueries({ queryKey: ["records", MODE] });
      await query.refetch();
      return {};
    } catch (problem) {
      return said(problem);
    }
  }
  return {
    mode: computed(() => query.data.value?.mode), stages, changes, dirty, effect, errors, error, busy,
    loading: computed(() => query.isPending.value), failure: computed(() => query.error.value), load, reset: take, save, change, look,
  };
}
