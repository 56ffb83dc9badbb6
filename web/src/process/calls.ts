// Sales modes as the server tells them: the modes with their stages, the way of one record, what a change would do, moving what is in a stage.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { request } from "@/lib/http";
import type { Color, ObjectDef, RecordData } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { sortStages } from "./stages";

export interface Missing { stage: string; message: string; field?: string; label?: string; task?: { id?: number; title: string }; criteria?: string }
export interface WayStage {
  key: string;
  label: string;
  outcome: "open" | "won" | "lost";
  color?: Color;
  probability?: number;
  retired: boolean;
  state: "done" | "now" | "ahead";
  entered_at: string | null;
  days: number | null;
  stalled: boolean;
  max_days?: number;
  guidance?: string;
  missing: Missing[];
}
export interface Way { mode: { id: number; name: string } | null; items: WayStage[] }
export interface PlannedStage { key: string; label: string; required_fields: string[]; retired: boolean }
export interface EffectStage { key: string; label: string; retired: boolean; gone: boolean; deals: number; amount: number; lacking: number }
export interface Effect { stages: EffectStage[]; deals: number; amount: number; lacking: number; retired: { deals: number; amount: number } }
export interface MoveRequest { from?: string; to?: string | null; mode?: number; adopt?: boolean }

export const MODE = "sales_mode";
export const STAGE = "sales_stage";
export const TASK = "stage_task";

export const getWay = (object: string, id: number, signal?: AbortSignal): Promise<Way> => request("GET", `/records/${object}/${id}/stages`, { signal });
export const previewStages = (mode: number, stages: PlannedStage[], map: Record<string, string> = {}): Promise<Effect> => request("POST", `/sales-modes/${mode}/preview`, { body: { stages: stages as never, map } });
export const moveStage = (mode: number, body: MoveRequest): Promise<api.Job> => request("POST", `/sales-modes/${mode}/move`, { body: body as never });

/** Whether records of this object can go through a mode's stages. */
export function hasModes(object: ObjectDef): boolean {
  return object.fields.some((item) => item.name === "mode" && item.target === MODE);
}

/** Every mode with its stages in their order; nothing where the reader may not know of them. */
export interface Modes { modes: ComputedRef<RecordData[]>; stages: (mode: number | null) => RecordData[]; ready: ComputedRef<boolean> }
const MOST = 200;
export function useModes(wanted: () => boolean): Modes {
  const catalog = useCatalog();
  const enabled = computed(() => wanted() && catalog.get(MODE) !== undefined && catalog.get(STAGE) !== undefined);
  const modes = useQuery({ queryKey: ["records", MODE, "all"], queryFn: ({ signal }) => api.listRecords(MODE, { sort: "name", limit: MOST }, signal), enabled, staleTime: 300_000 });
  const some = computed(() => enabled.value && (modes.data.value?.items.length ?? 0) > 0);
  const stages = useQuery({ queryKey: ["records", STAGE, "all"], queryFn: ({ signal }) => allStages(signal), enabled: some, staleTime: 300_000 });
  return {
    modes: computed(() => modes.data.value?.items ?? []),
    stages: (mode) => (mode === null ? [] : sortStages(stages.data.value ?? [], mode)),
    ready: computed(() => !enabled.value || modes.isError.value || (modes.isSuccess.value && (!some.value || stages.isFetched.value))),
  };
}
async function allStages(signal?: AbortSignal): Promise<RecordData[]> {
  const all: RecordData[] = [];
  let after: string | null = null;
  do {
    const page: { items: RecordData[]; next: string | null } = await api.listRecords(STAGE, { fields: "id,version,mode,key,label,order,probability,outcome,color,retired", sort: "order", limit: MOST, after }, signal);
    all.push(...page.items);
    after = page.next;
  } while (after !== null && all.length < MOST * 10);
  return all;
}
