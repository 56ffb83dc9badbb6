// Moving and stretching bars under a mouse, a pen or a finger. A finger that rests first drags; one that moves at once scrolls.
import { onBeforeUnmount, shallowRef, type ShallowRef } from "vue";

export type Handle = "move" | "start" | "end";
export interface Drag { key: string; handle: Handle; days: number; x: number; y: number }
const REST_MS = 320;
const SLACK = 5;
const EDGE = 48;

export function useBarDrag(pixels: () => number, scroller: () => HTMLElement | null, done: (drag: Drag) => void): { drag: ShallowRef<Drag | null>; press: (event: PointerEvent, key: string, handle: Handle) => void; justDragged: () => boolean } {
  const drag = shallowRef<Drag | null>(null);
  let stop: () => void = () => undefined;
  let droppedAt = 0;

  function press(event: PointerEvent, key: string, handle: Handle): void {
    if (event.button !== 0) return;
    stop();
    const touch = event.pointerType === "touch";
    const from = { x: event.clientX, y: event.clientY, scroll: scroller()?.scrollLeft ?? 0 };
    let last = event;
    let frame = 0;
    let rested = 0;
    const begin = (): void => { drag.value = { key, handle, days: 0, x: last.clientX, y: last.clientY }; frame = requestAnimationFrame(roll); };
    const measure = (): void => {
      const moved = last.clientX - from.x + ((scroller()?.scrollLeft ?? 0) - from.scroll);
      if (drag.value) drag.value = { ...drag.value, days: Math.round(moved / pixels()), x: last.clientX, y: last.clientY };
    };
    function roll(): void {
      const box = scroller();
      if (box && drag.value) {
        const { left, right } = box.getBoundingClientRect();
        const by = last.clientX > right - EDGE ? 12 : last.clientX < left + EDGE * 3 ? -12 : 0;
        if (by) { box.scrollLeft += by; measure(); }
        frame = requestAnimationFrame(roll);
      }
    }
    const move = (next: PointerEvent): void => {
      last = next;
      const far = Math.abs(next.clientX - from.x) > SLACK || Math.abs(next.clientY - from.y) > SLACK;
      if (!drag.value && far) {
        if (touch) return stop();
        begin();
      }
      if (drag.value) { next.preventDefault(); measure(); }
    };
    const hold = (next: TouchEvent): void => { if (drag.value) next.preventDefault(); };
    const up = (): void => {
      const end = drag.value;
      stop();
      if (!end) return;
      droppedAt = Date.now();
      if (end.days) done(end);
    };
    const key2 = (next: KeyboardEvent): void => {
      if (next.key !== "Escape" || !drag.value) return;
      next.preventDefault();
      next.stopPropagation();
      stop();
    };
    if (touch) rested = window.setTimeout(() => { begin(); navigator.vibrate?.(10); }, REST_MS);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    window.addEventListener("touchmove", hold, { passive: false });
    window.addEventListener("keydown", key2, true);
    function cancel(): void { stop(); }
    stop = () => {
      window.clearTimeout(rested);
      cancelAnimationFrame(frame);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("touchmove", hold);
      window.removeEventListener("keydown", key2, true);
      drag.value = null;
      stop = () => undefined;
    };
  }
  onBeforeUnmount(() => stop());
  return { drag, press, justDragged: () => Date.now() - droppedAt < 250 };
}
