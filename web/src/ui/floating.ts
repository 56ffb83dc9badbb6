// Places a floating box beside its anchor, inside the window. Recomputed on scroll and resize while it is open.
import { nextTick, onBeforeUnmount, ref, watch, type CSSProperties, type Ref } from "vue";

const GAP = 4;
const EDGE = 8;

export function useFloating(anchor: Ref<HTMLElement | null>, box: Ref<HTMLElement | null>, open: Ref<boolean>, align: "start" | "end" = "start", matchWidth = false): Ref<CSSProperties> {
  const place = ref<CSSProperties>({ left: "0", top: "0", maxHeight: "320px" });
  function update(): void {
    if (!anchor.value || !box.value) return;
    const from = anchor.value.getBoundingClientRect();
    const width = Math.max(box.value.offsetWidth, matchWidth ? from.width : 0);
    const height = box.value.scrollHeight;
    const below = window.innerHeight - from.bottom - GAP - EDGE;
    const above = from.top - GAP - EDGE;
    const up = height > below && above > below;
    const room = Math.min(up ? above : below, 420);
    const shown = Math.min(height, room);
    const left = align === "end" ? from.right - width : from.left;
    place.value = {
      left: `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`,
      top: `${Math.max(EDGE, up ? from.top - GAP - shown : from.bottom + GAP)}px`,
      minWidth: matchWidth ? `${from.width}px` : undefined,
      maxHeight: `${Math.max(room, 96)}px`,
    };
  }
  const observer = new ResizeObserver(update);
  watch(open, async (value) => {
    if (!value) {
      stop();
      return;
    }
    window.addEventListener("scroll", update, true);
    window.addEventListener("resize", update);
    await nextTick();
    if (box.value) observer.observe(box.value);
    // what comes and goes above moves the anchor without a scroll
    for (let element = anchor.value?.parentElement; element; element = element.parentElement) observer.observe(element);
    update();
  }, { immediate: true });
  function stop(): void {
    window.removeEventListener("scroll", update, true);
    window.removeEventListener("resize", update);
    observer.disconnect();
  }
  onBeforeUnmount(stop);
  return place;
}
