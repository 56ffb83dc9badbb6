// Lifting a department or a person and putting it on a department, with the pointer or with the keyboard. What it means is the page's business.
import { onBeforeUnmount, shallowReactive } from "vue";

export interface Lifted { kind: "department" | "person"; id: number; label: string; keyboard: boolean }
export interface LiftState { lifted: Lifted | null; over: number | null; x: number; y: number }
export interface Lift { state: LiftState; press: (event: PointerEvent, what: Omit<Lifted, "keyboard">) => void; lift: (what: Omit<Lifted, "keyboard">) => void; aim: (id: number) => void; drop: () => void; leave: () => void; justDropped: () => boolean }
const THRESHOLD = 6;
const REST_MS = 350;

export function useLift(dropped: (lifted: Lifted, department: number) => void): Lift {
  const state = shallowReactive<LiftState>({ lifted: null, over: null, x: 0, y: 0 });
  let stop: () => void = () => undefined;
  let ended = 0;

  function under(x: number, y: number): number | null {
    const target = document.elementsFromPoint(x, y).map((element) => element.closest<HTMLElement>("[data-department]")).find((element) => element !== null);
    return target ? Number(target.dataset.department) : null;
  }
  function leave(): void {
    stop();
    state.lifted = null;
    state.over = null;
    document.body.classList.remove("dragging");
  }
  function drop(): void {
    const { lifted, over } = state;
    if (lifted && !lifted.keyboard) ended = Date.now();
    leave();
    if (lifted && over !== null) dropped(lifted, over);
  }
  // a finger that rests first lifts; one that moves at once scrolls
  function press(event: PointerEvent, what: Omit<Lifted, "keyboard">): void {
    if (event.button !== 0 || (event.target as Element).closest("input, button, a[href], [role=combobox]")) return;
    stop();
    const touch = event.pointerType === "touch";
    const from = { x: event.clientX, y: event.clientY };
    let rested = 0;
    const begin = (x: number, y: number): void => {
      Object.assign(state, { lifted: { ...what, keyboard: false }, x, y });
      document.body.classList.add("dragging");
      window.getSelection()?.removeAllRanges();
    };
    const move = (next: PointerEvent): void => {
      if (!state.lifted) {
        if (Math.hypot(next.clientX - from.x, next.clientY - from.y) < THRESHOLD) return;
        if (touch) return leave();
        begin(next.clientX, next.clientY);
      }
      next.preventDefault();
      Object.assign(state, { x: next.clientX, y: next.clientY, over: under(next.clientX, next.clientY) });
    };
    const hold = (next: TouchEvent): void => { if (state.lifted) next.preventDefault(); };
    const up = (): void => (state.lifted ? drop() : leave());
    const key = (next: KeyboardEvent): void => {
      if (next.key !== "Escape" || !state.lifted) return;
      next.preventDefault();
      next.stopPropagation();
      leave();
    };
    if (touch) rested = window.setTimeout(() => begin(from.x, from.y), REST_MS);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", leave);
    window.addEventListener("touchmove", hold, { passive: false });
    window.addEventListener("keydown", key, true);
    stop = () => {
      window.clearTimeout(rested);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", leave);
      window.removeEventListener("touchmove", hold);
      window.removeEventListener("keydown", key, true);
      stop = () => undefined;
    };
  }
  function lift(what: Omit<Lifted, "keyboard">): void {
    state.lifted = { ...what, keyboard: true };
    state.over = what.kind === "department" ? what.id : null;
  }
  onBeforeUnmount(leave);
  return { state, press, lift, aim: (id) => { state.over = id; }, drop, leave, justDropped: () => Date.now() - ended < 250 };
}
