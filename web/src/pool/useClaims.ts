// Claiming out of a list: each row says what became of it. What is mine now, or somebody else's already, stays at its place for a moment and then goes;
// what somebody else took while the list stood there is asked for when the pool says that it changed, and now and then.
import { computed, onBeforeUnmount, reactive, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { onRecordEvent } from "@/lib/live";
import { invalidateRecord, invalidateRecords } from "@/lib/queries";
import { follow } from "@/list/jobs";
import type { RecordPages } from "@/list/useRecords";
import type { RecordData } from "@/meta/types";
import type { PoolInfo } from "./calls";
import { poolsChanged } from "./usePools";
import { withGhosts } from "./words";

export type ClaimState = { kind: "busy" | "mine" } | { kind: "taken" | "refused"; text: string };
export interface Claims {
  states: Map<number, ClaimState>;
  /** the pages of the list with what was just taken still in its place */
  pages: RecordPages;
  busy: Ref<boolean>;
  error: Ref<string>;
  claim: (record: RecordData) => Promise<void>;
  assign: (record: RecordData, owner: number) => Promise<void>;
  /** one job for everything chosen; refusals go to their rows */
  many: (label: string, action: "claim" | "assign", which: Pick<api.BulkRequest, "ids" | "filter" | "q">, body?: { owner: number }) => Promise<boolean>;
  claimable: ComputedRef<(id: number) => boolean>;
}
interface Ghost { record: RecordData; index: number }
const TAKEN_MS = 3000;
const MINE_MS = 5000;
const LOOK_MS = 20_000;
const GATHER_MS = 600;
const LOOK_AT_ONCE = 200;

export function useClaims(pool: () => PoolInfo, pages: RecordPages): Claims {
  const { t } = useI18n();
  const states = reactive(new Map<number, ClaimState>());
  const ghosts = shallowRef<Ghost[]>([]);
  const gone = shallowRef<ReadonlySet<number>>(new Set());
  const busy = ref(false);
  const error = ref("");
  const timers = new Set<number>();
  const object = (): string => pool().object;
  const items = computed(() => withGhosts(pages.items.value, ghosts.value, gone.value));

  function later(run: () => void, ms: number): void {
    const timer = window.setTimeout(() => { timers.delete(timer); run(); }, ms);
    timers.add(timer);
  }
  /** Holds a row at its place, says what became of it, then lets it go. */
  function part(record: RecordData, state: ClaimState, ms: number): void {
    const index = Math.max(0, items.value.findIndex((item) => item.id === record.id));
    ghosts.value = [...ghosts.value.filter((ghost) => ghost.record.id !== record.id), { record, index }];
    states.set(record.id, state);
    later(() => {
      ghosts.value = ghosts.value.filter((ghost) => ghost.record.id !== record.id);
      states.delete(record.id);
    }, ms);
  }
  function changed(id: number): void {
    invalidateRecord(object(), id);
    poolsChanged();
  }
  function told(record: RecordData, failure: unknown): void {
    if (failure instanceof ApiError && (failure.status === 404 || failure.problem.code === "already_claimed")) {
      part(record, { kind: "taken", text: failure.status === 404 ? t("pool.taken") : failure.message }, TAKEN_MS);
      changed(record.id);
    } else states.set(record.id, { kind: "refused", text: failure instanceof ApiError ? Object.values(failure.byField())[0] ?? failure.message : String(failure) });
  }
  async function act(record: RecordData, action: "claim" | "assign", body: { owner?: number }): Promise<void> {
    const state = states.get(record.id)?.kind;
    if (state && state !== "refused") return;
    states.set(record.id, { kind: "busy" });
    try {
      await api.runAction(object(), record.id, action, { ...body });
      part(record, { kind: "mine" }, MINE_MS);
      changed(record.id);
    } catch (failure) {
      told(record, failure);
    }
  }
  async function many(label: string, action: "claim" | "assign", which: Pick<api.BulkRequest, "ids" | "filter" | "q">, body: { owner?: number } = {}): Promise<boolean> {
    busy.value = true;
    error.value = "";
    const before = new Map(items.value.map((record) => [record.id, record]));
    for (const id of which.ids ?? []) states.set(id, { kind: "busy" });
    try {
      const job = await follow({ work: "change", label, object: object() }, (await api.bulk(object(), { ...which, op: "action", action, body })) as unknown as api.Job);
      const refused = new Map(job.problems.map((problem) => [problem.id, problem.message]));
      for (const id of which.ids ?? before.keys()) {
        const text = refused.get(id);
        const record = before.get(id);
        if (text !== undefined) states.set(id, { kind: "refused", text });
        else if (record && which.ids && job.status === "done" && job.failed <= job.problems.length) part(record, { kind: "mine" }, MINE_MS);
        else states.delete(id);
      }
      return job.status === "done";
    } catch (failure) {
      for (const id of which.ids ?? []) states.delete(id);
      error.value = failure instanceof ApiError ? Object.values(failure.byField())[0] ?? failure.message : String(failure);
      return false;
    } finally {
      busy.value = false;
      poolsChanged();
    }
  }

  async function look(): Promise<void> {
    const ids = pages.items.value.slice(0, LOOK_AT_ONCE).map((record) => record.id).filter((id) => !gone.value.has(id));
    if (document.hidden || !ids.length || busy.value) return;
    try {
      const page = await api.listRecords(object(), { filter: `in_pool = true and pool = ${pool().id} and id in (${ids.join(", ")})`, fields: "id", limit: LOOK_AT_ONCE });
      const there = new Set(page.items.map((record) => record.id));
      const left = ids.filter((id) => !there.has(id) && !ghosts.value.some((ghost) => ghost.record.id === id) && pages.items.value.some((record) => record.id === id));
      if (!left.length) return;
      gone.value = new Set([...gone.value, ...left]);
      invalidateRecords(left.map((id) => ({ object: object(), id })));
      poolsChanged();
    } catch {
      // asked again in a moment
    }
  }
  const timer = window.setInterval(() => void look(), LOOK_MS);
  // who does not see a record any more is told that the pool changed
  let soon = 0;
  const stop = onRecordEvent((event) => {
    if (event.object !== "pool" || event.id !== pool().id || soon) return;
    soon = window.setTimeout(() => { soon = 0; void look(); }, GATHER_MS);
  });
  // what comes back into the pool is shown again
  watch(pages.items, (list, before) => {
    if (!gone.value.size) return;
    const known = new Set(before.map((record) => record.id));
    const back = list.filter((record) => gone.value.has(record.id) && !known.has(record.id)).map((record) => record.id);
    if (back.length) gone.value = new Set([...gone.value].filter((id) => !back.includes(id)));
  });
  onBeforeUnmount(() => {
    stop();
    window.clearInterval(timer);
    window.clearTimeout(soon);
    for (const waiting of timers) window.clearTimeout(waiting);
  });
  return {
    states, busy, error, many, pages: { ...pages, items },
    claim: (record) => act(record, "claim", {}), assign: (record, owner) => act(record, "assign", { owner }),
    claimable: computed(() => (id: number) => { const state = states.get(id)?.kind; return state === undefined || state === "refused"; }),
  };
}
