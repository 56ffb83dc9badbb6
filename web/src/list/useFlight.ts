// Whether the list flies past faster than anybody reads: more than a few rows from one scroll event to the next, until it has stood still for a moment.
import { onBeforeUnmount, ref, watch, type Ref } from "vue";

const STILL_MS = 140;

/** offset: how far it is scrolled, as the virtual list has read it already (reading it again after the rows were drawn would lay them out twice). */
export function useFlight(scroller: Ref<HTMLElement | null>, offset: () => number, rowHeight: () => number, rows = 5): Ref<boolean> {
  const flying = ref(false);
  let last = 0;
  let timer = 0;
  function scrolled(): void {
    const top = offset();
    if (Math.abs(top - last) > rows * rowHeight()) flying.value = true;
    last = top;
    window.clearTimeout(timer);
    if (flying.value) timer = window.setTimeout(() => { flying.value = false; }, STILL_MS);
  }
  watch(scroller, (now, before) => {
    before?.removeEventListener("scroll", scrolled);
    now?.addEventListener("scroll", scrolled, { passive: true });
    last = now?.scrollTop ?? 0;
  }, { immediate: true });
  onBeforeUnmount(() => {
    scroller.value?.removeEventListener("scroll", scrolled);
    window.clearTimeout(timer);
  });
  return flying;
}
