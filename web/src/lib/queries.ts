// The query cache: what is fresh, what is tried again, and which answers a changed record makes stale.
import { QueryClient, replaceEqualDeep } from "@tanstack/vue-query";
import { isDeep, refreshDeep } from "./deepPages";
import { ApiError } from "./http";

/** Waiting longer than this is said, not waited for: a quota that is used up comes back in an hour. */
const SOON_S = 10;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => {
        const status = error instanceof ApiError ? error.status : 0;
        const soon = !(error instanceof ApiError) || (error.retryAfter ?? 0) <= SOON_S;
        return soon && (status === 0 || status === 429 || status >= 500) && count < 2;
      },
      retryDelay: (count, error) => (error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : 400 * 2 ** count),
    },
  },
});

/** An answer that was asked for before a save may come after it: what is known of a later version stays. */
export function newest(known: unknown, answer: unknown): unknown {
  const version = (value: unknown): number => (typeof value === "object" && value !== null && "version" in value && typeof value.version === "number" ? value.version : 0);
  return version(answer) < version(known) ? known : replaceEqualDeep(known, answer);
}
queryClient.setQueryDefaults(["record"], { structuralSharing: newest });

/** Objects whose records appear on the timelines of others. */
const ON_TIMELINES = new Set(["activity", "task", "comment", "event", "attachment", "pool_movement", "assignment_decision"]);

/** What the way of a record through its stages depends on, beside the record. */
const GATES = new Set(["task", "sales_mode", "sales_stage", "stage_task"]);

const MANY = 40;

export function invalidateRecord(object: string, id?: number): void {
  if (id !== undefined) invalidateRecords([{ object, id }]);
  else {
    stale(object, []);
    void queryClient.invalidateQueries({ queryKey: ["records", object, "pages"], predicate: isDeep });
  }
}

/** Many changes at once make each list stale once, not once for every record. */
export function invalidateRecords(changes: { object: string; id: number }[]): void {
  const byObject = new Map<string, number[]>();
  for (const { object, id } of changes) {
    const ids = byObject.get(object);
    if (ids) ids.push(id);
    else byObject.set(object, [id]);
  }
  for (const [object, ids] of byObject) {
    stale(object, ids);
    void refreshDeep(queryClient, object, ids);
  }
}

function stale(object: string, ids: number[]): void {
  void queryClient.invalidateQueries({ queryKey: ["records", object], predicate: (query) => !isDeep(query) });
  void queryClient.invalidateQueries({ queryKey: ["aggregate", object] });
  if (GATES.has(object)) void queryClient.invalidateQueries({ queryKey: ["stages"] });
  void queryClient.invalidateQueries({ queryKey: ["count", object] });
  for (const kind of ["record", "history", "timeline"]) {
    if (ids.length > MANY) void queryClient.invalidateQueries({ queryKey: [kind, object] });
    else for (const id of ids) void queryClient.invalidateQueries({ queryKey: [kind, object, id] });
  }
  if (ON_TIMELINES.has(object)) {
    void queryClient.invalidateQueries({ queryKey: ["timeline"] });
    void queryClient.invalidateQueries({ queryKey: ["today"] });
  }
}
