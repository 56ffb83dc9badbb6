// Pulling a page down at its top asks for its records again. Only where a finger is, and only on pages that show what changes.
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useRoute } from "vue-router";
import { queryClient } from "@/lib/queries";

const PAGES = new Set(["today", "list", "tasks", "notifications", "record"]);
const ENOUGH = 56;
const MOST = 84;

export function usePullToRefresh(): { shift: Ref<number>; ready: ComputedRef<boolean>; handlers: Record<string, (event: TouchEvent) => void> } {
  const route = useRoute();
  const shift = ref(0);
  let from: { x: number; y: number } | null = null;

  function atTop(target: EventTarget | null): boolean {
    for (let box = target instanceof Element ? target : null; box; box = box.parentElement) {
      if (box.matches("input, textarea, [data-no-pull], [draggable='true']")) return false;
      if (box.scrollTop > 0) return false;
      if (box.classList.contains("main")) return true;
    }
    return false;
  }
  const touchstart = (event: TouchEvent): void => {
    const touch = event.touches[0];
    from = touch && event.touches.length === 1 && PAGES.has(String(route.name)) && atTop(event.target) ? { x: touch.clientX, y: touch.clientY } : null;
  };
  const touchmove = (event: TouchEvent): void => {
    const touch = event.touches[0];
    if (!from || !touch) return;
    const down = touch.clientY - from.y;
    if (Math.abs(touch.clientX - from.x) > Math.abs(down) || (down < 0 && shift.value === 0)) from = null;
    shift.value = from && down > 12 ? Math.min(MOST, (down - 12) / 2) : 0;
  };
  const touchend = (): void => {
    if (shift.value >= ENOUGH) void queryClient.invalidateQueries();
    shift.value = 0;
    from = null;
  };
  return { shift, ready: computed(() => shift.value >= ENOUGH), handlers: { onTouchstartPassive: touchstart, onTouchmovePassive: touchmove, onTouchendPassive: touchend, onTouchcancelPassive: touchend } };
}
