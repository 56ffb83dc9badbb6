// Coming back from a record, the list stands where it was left.
import { nextTick, onBeforeUnmount, onMounted, watch, type Ref } from "vue";
import { useRoute } from "vue-router";

/** @param room how many rows are there to scroll through: pages may still be on their way */
export function useKeptScroll(scroller: Ref<HTMLElement | null>, room: () => number): void {
  const route = useRoute();
  const addressOf = (): string => JSON.stringify([route.params.object, Object.entries(route.query).filter(([name]) => name !== "open").sort()]);
  const storage = `haike.scroll.${String(route.params.object)}`;
  let address = addressOf();
  let top = 0;
  watch(() => route.fullPath, () => { if (route.name === "list") address = addressOf(); });

  function wanted(): number {
    // only a step back has something in front of it
    if (!(window.history.state as { forward?: unknown } | null)?.forward) return 0;
    try {
      const kept = JSON.parse(sessionStorage.getItem(storage) ?? "null") as { address: string; top: number } | null;
      return kept?.address === address ? kept.top : 0;
    } catch {
      return 0;
    }
  }
  let goal = wanted();
  async function restore(): Promise<void> {
    if (!goal || room() === 0) return;
    await nextTick();
    const box = scroller.value;
    if (!box || !goal) return;
    box.scrollTop = goal;
    if (Math.abs(box.scrollTop - goal) < 2) goal = 0;
  }
  const give = (): void => { goal = 0; };
  const note = (): void => { top = scroller.value?.scrollTop ?? top; };
  watch(room, restore);
  onMounted(() => {
    void restore();
    scroller.value?.addEventListener("scroll", note, { passive: true });
    for (const name of ["wheel", "pointerdown", "keydown"]) scroller.value?.addEventListener(name, give, { passive: true });
  });
  onBeforeUnmount(() => {
    try {
      sessionStorage.setItem(storage, JSON.stringify({ address, top }));
    } catch {
      // a list that begins at its top is no loss
    }
  });
}
