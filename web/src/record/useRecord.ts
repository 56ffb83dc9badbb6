// One record as the server tells it, with saves in order: the second waits for the first and starts from its version.
import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { queryClient } from "@/lib/queries";
import type { RecordData, Values } from "@/meta/types";
import { saveRecord } from "./save";

export interface UseRecord {
  record: ComputedRef<RecordData | undefined>;
  pending: ComputedRef<boolean>;
  error: ComputedRef<Error | null>;
  refetch: () => void;
  /** seen: the record as it was when the editing began; what changed since then is merged or asked about */
  save: (values: Values, seen?: RecordData) => Promise<RecordData>;
}

export function useRecord(object: () => string, id: () => number): UseRecord {
  const query = useQuery({ queryKey: computed(() => ["record", object(), id()]), queryFn: ({ signal }) => api.getRecord(object(), id(), signal) });
  let last: Promise<unknown> = Promise.resolve();
  function save(values: Values, seen?: RecordData): Promise<RecordData> {
    const run = async (): Promise<RecordData> => {
      const base = seen ?? queryClient.getQueryData<RecordData>(["record", object(), id()]) ?? query.data.value;
      if (!base) throw new Error("record not loaded");
      const saved = await saveRecord(object(), base, values);
      void queryClient.invalidateQueries({ queryKey: ["count", object()] });
      return saved;
    };
    const next = last.then(run, run);
    last = next.catch(() => undefined);
    return next;
  }
  return { record: computed(() => query.data.value), pending: computed(() => query.isPending.value), error: computed(() => query.error.value), refetch: () => void query.refetch(), save };
}
