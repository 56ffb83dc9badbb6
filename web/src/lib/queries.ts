// The query cache: what is fresh, what is tried again, and which answers a changed record makes stale.
import { QueryClient } from "@tanstack/vue-query";
import { ApiError } from "./http";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => {
        const status = error instanceof ApiError ? error.status : 0;
        return (status === 0 || status === 429 || status >= 500) && count < 2;
      },
      retryDelay: (count, error) => (error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : 400 * 2 ** count),
    },
  },
});

/** Objects whose records appear on the timelines of others. */
const ON_TIMELINES = new Set(["activity", "task"]);

export function invalidateRecord(object: string, id?: number): void {
  void queryClient.invalidateQueries({ queryKey: ["records", object] });
  void queryClient.invalidateQueries({ queryKey: ["aggregate", object] });
  void queryClient.invalidateQueries({ queryKey: ["count", object] });
  if (id !== undefined) {
    void queryClient.invalidateQueries({ queryKey: ["record", object, id] });
    void queryClient.invalidateQueries({ queryKey: ["history", object, id] });
    void queryClient.invalidateQueries({ queryKey: ["timeline", object, id] });
  }
  if (ON_TIMELINES.has(object)) {
    void queryClient.invalidateQueries({ queryKey: ["timeline"] });
    void queryClient.invalidateQueries({ queryKey: ["today"] });
  }
}
