// Dragging a card with the pointer or with the keyboard, between columns. What it means is the board's business.
import { onBeforeUnmount, ref, shallowReactive, type Ref } from "vue";
import { isComposing } from "@/lib/keys";
import type { RecordData } from "@/meta/types";

export interface Lifted { record: RecordData; from: string; keyboard: boolean }
export interface DragState { lifted: Lifted | null; over: string | null; x: number; y: number; width: number }
const THRESHOLD = 6;

export function useDrag(columns: () => string[], drop: (lifted: Lifted, to: string) => void): {
  state: DragState; said: Ref<string>; press: (event: PointerEvent, record: RecordData, from: string) => void; keydown: (event: KeyboardEvent, record: RecordData, from: string) => void; justDragged: () => boolean;
} {
  const state = shallowReactive<DragState>({ lifted: null, over: null, x: 0, y: 0, width: 0 });
  const said = ref("");
  let start: { x: number; y: number; dx: number; dy: number; record: RecordData; from: string; width: number } | null = null;
  let ended = 0;
  let scrolling = 0;

  function columnAt(x: number, y: number): string | null {
    for (const element of document.elementsFromPoint(x, y)) {
      const column = element.closest<HTMLElement>("[data-column]");
      if (column) return column.dataset.column ?? null;
    }
    return null;
  }
  function press(event: PointerEvent, record: RecordData, from: string): void {
    // a finger scrolls the board; on touch screens the card's menu moves it
    if (event.button !== 0 || event.pointerType === "touch" || (event.target as Element).closest("a, button, input")) return;
    const card = (event.currentTarget as HTMLElement).getBoundingClientRect();
    start = { x: event.clientX, y: event.clientY, dx: event.clientX - card.left, dy: event.clientY - card.top, record, from, width: card.width };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("keydown", escape, true);
  }
  function move(event: PointerEvent): void {
    if (!start) return;
    if (!state.lifted) {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < THRESHOLD) return;
      state.lifted = { record: start.record, from: start.from, keyboard: false };
      state.width = start.width;
      document.body.classList.add("dragging");
      window.getSelection()?.removeAllRanges();
    }
    event.preventDefault();
    state.x = event.clientX - start.dx;
    state.y = event.clientY - start.dy;
    state.over = columnAt(event.clientX, event.clientY);
    edgeScroll(event);
  }
  function edgeScroll(event: PointerEvent): void {
    window.cancelAnimationFrame(scrolling);
    const column = state.over ? document.querySelector<HTMLElement>(`[data-column="${CSS.escape(state.over)}"] [data-cards]`) : null;
    const board = document.querySelector<HTMLElement>("[data-board]");
    const box = column?.getBoundingClientRect();
    const down = box ? (event.clientY > box.bottom - 40 ? 12 : event.clientY < box.top + 24 ? -12 : 0) : 0;
    const edge = board?.getBoundingClientRect();
    const side = edge ? (event.clientX > edge.right - 40 ? 12 : event.clientX < edge.left + 40 ? -12 : 0) : 0;
    if (!down && !side) return;
    const step = (): void => {
      column?.scrollBy(0, down);
      board?.scrollBy(side, 0);
      if (state.lifted) scrolling = window.requestAnimationFrame(step);
    };
    scrolling = window.requestAnimationFrame(step);
  }
  function finish(): void {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("keydown", escape, true);
    window.cancelAnimationFrame(scrolling);
    document.body.classList.remove("dragging");
    if (state.lifted && !state.lifted.keyboard) ended = Date.now();
    start = null;
    state.lifted = null;
    state.over = null;
  }
  function up(): void {
    const { lifted, over } = state;
    finish();
    if (lifted && over && over !== lifted.from) drop(lifted, over);
  }
  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !state.lifted) return;
    event.preventDefault();
    event.stopPropagation();
    finish();
  }
  function keydown(event: KeyboardEvent, record: RecordData, from: string): void {
    if (isComposing(event) || event.target !== event.currentTarget) return;
    const lifted = state.lifted;
    if (!lifted) {
      if (event.key !== " ") return;
      event.preventDefault();
      state.lifted = { record, from, keyboard: true };
      state.over = from;
      said.value = `lift:${from}`;
      return;
    }
    const keys = columns();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = keys[Math.max(0, Math.min(keys.length - 1, keys.indexOf(state.over ?? from) + step))];
      if (next) state.over = next;
      said.value = `over:${state.over ?? ""}`;
    } else if (event.key === "Enter" || event.key === " ") {
      const to = state.over;
      finish();
      if (to && to !== from) drop(lifted, to);
    } else if (event.key === "Escape") finish();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  onBeforeUnmount(finish);
  return { state, said, press, keydown, justDragged: () => Date.now() - ended < 250 };
}
