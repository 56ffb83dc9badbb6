// The pools of the reader: asked for once the page has its own answers, and told again after everything that changes a limit.
import { useQuery, type UseQueryReturnType } from "@tanstack/vue-query";
import { computed, watch, type ComputedRef } from "vue";
import { firstAnswered } from "@/lib/firstAnswers";
import { queryClient } from "@/lib/queries";
import { useCatalog } from "@/stores/catalog";
import { useSession } from "@/stores/session";
import { listPools, type PoolInfo } from "./calls";

const KEY = ["pools", "mine"];
const SEEN = "haike.pools";
/** Actions that move a record into or out of a pool. */
export const MOVES = new Set(["claim", "release", "assign", "protect"]);

/** atOnce: the page itself needs them; when: not before this is so; refresh: asked again after so many milliseconds. */
export function usePools(options: { atOnce?: boolean; when?: () => boolean; refresh?: number } = {}): UseQueryReturnType<{ items: PoolInfo[] }, Error> {
  const catalog = useCatalog();
  return useQuery({
    queryKey: KEY, queryFn: ({ signal }) => listPools(signal), staleTime: 30_000, refetchInterval: options.refresh,
    enabled: computed(() => catalog.get("pool") !== undefined && (options.atOnce === true || firstAnswered.value) && options.when?.() !== false),
  });
}
export function poolsChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ["pools"] });
}

/** Whether the navigation leads to pools: as it was last known until the answer comes, so that nothing jumps. */
export function useHasPools(): ComputedRef<boolean> {
  const session = useSession();
  const query = usePools();
  const user = computed(() => String(session.session?.user.id ?? 0));
  watch(() => query.data.value?.items.length, (n) => {
    if (n === undefined) return;
    try {
      if (n) localStorage.setItem(SEEN, user.value);
      else localStorage.removeItem(SEEN);
    } catch {
      // it is only asked again
    }
  });
  const known = (): boolean => {
    try {
      return localStorage.getItem(SEEN) === user.value;
    } catch {
      return false;
    }
  };
  return computed(() => (query.data.value ? query.data.value.items.length > 0 : known()));
}
