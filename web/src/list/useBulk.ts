// Changes to everything chosen, as one job: the rows by id, or the filter itself where everything is meant.
import { computed, ref, type ComputedRef, type Ref } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { follow, runningJobs, type ListJob } from "./jobs";
import type { Selection } from "./useSelection";
import type { ListState } from "./useListState";

export interface Bulk {
  busy: Ref<boolean>;
  error: Ref<string>;
  running: ComputedRef<ListJob | undefined>;
  run: (label: string, change: Pick<api.BulkRequest, "op"> & Partial<api.BulkRequest>) => Promise<boolean>;
  exportAs: (label: string, format: "csv" | "xlsx", whole: boolean) => Promise<void>;
}

export function useBulk(state: ListState, selection: Selection): Bulk {
  const busy = ref(false);
  const error = ref("");
  const started = ref<number | null>(null);

  function chosen(): Pick<api.BulkRequest, "ids" | "filter" | "q"> {
    if (!selection.everything.value) return { ids: [...selection.ids.value] };
    return { filter: state.fullFilter.value, q: state.q.value || undefined };
  }
  async function attempt(work: () => Promise<void>): Promise<boolean> {
    busy.value = true;
    error.value = "";
    try {
      await work();
      return true;
    } catch (failure) {
      error.value = failure instanceof ApiError ? Object.values(failure.byField())[0] ?? failure.message : String(failure);
      return false;
    } finally {
      busy.value = false;
    }
  }
  function run(label: string, change: Pick<api.BulkRequest, "op"> & Partial<api.BulkRequest>): Promise<boolean> {
    return attempt(async () => {
      const job = await api.bulk(state.object.value.name, { ...chosen(), ...change });
      started.value = job.id;
      const meant = selection.ids.value;
      void follow({ work: "change", label, object: state.object.value.name }, job as unknown as api.Job).then(() => {
        // what was chosen meanwhile stays chosen
        if (selection.ids.value === meant) selection.clear();
      });
    });
  }
  async function exportAs(label: string, format: "csv" | "xlsx", whole: boolean): Promise<void> {
    await attempt(async () => {
      const which = whole ? { filter: state.fullFilter.value, q: state.q.value || undefined } : chosen();
      const columns = ["name", ...state.columns.value.map((item) => item.name).filter((name) => name !== "name")];
      const job = await api.exportRecords({ object: state.object.value.name, ...which, sort: state.q.value ? undefined : state.sort.value, columns, format });
      void follow({ work: "export", label, object: state.object.value.name }, job as unknown as api.Job);
    });
  }
  return { busy, error, run, exportAs, running: computed(() => runningJobs.value.find((job) => job.id === started.value)) };
}
