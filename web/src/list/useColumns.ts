// Columns moved and sized by the pointer; the same is done from the column's menu.
import { onBeforeUnmount, ref, type Ref } from "vue";
import type { ListState } from "./useListState";
import { columnWidth, fitWidth, LARGEST_WIDTH, LEAST_WIDTH, NAME_WIDTH } from "./width";

const THRESHOLD = 6;
const STEP = 24;
export interface ColumnMoves {
  /** the column being dragged and the one before which it would land (null: last) */
  drag: Ref<{ name: string; before: string | null; x: number } | null>;
  sizing: Ref<Record<string, number>>;
  grab: (event: PointerEvent, name: string) => void;
  resize: (event: PointerEvent, name: string) => void;
  fit: (name: string) => void;
  widen: (name: string, by: 1 | -1) => void;
  shift: (name: string, by: 1 | -1) => void;
  place: (name: string, before: string | null) => void;
  justDragged: () => boolean;
}

export function useColumns(state: ListState, head: Ref<HTMLElement | null>): ColumnMoves {
  const drag = ref<{ name: string; before: string | null; x: number } | null>(null);
  const sizing = ref<Record<string, number>>({});
  let ended = 0;
  let stop: () => void = () => undefined;

  const names = (): string[] => state.columns.value.map((item) => item.name);
  const cells = (): HTMLElement[] => [...(head.value?.querySelectorAll<HTMLElement>("[data-head]") ?? [])];
  function setWidth(name: string, width: number | null): void {
    const next = { ...state.widths.value };
    if (width === null) delete next[name];
    else next[name] = Math.round(Math.min(LARGEST_WIDTH, Math.max(LEAST_WIDTH, width)));
    state.setLook("widths", next);
  }
  function shown(name: string): number {
    const item = state.columns.value.find((column) => column.name === name);
    return cells().find((cell) => cell.dataset.head === name)?.offsetWidth ?? state.widths.value[name] ?? (item ? columnWidth(item) : NAME_WIDTH);
  }
  function follow(moved: (event: PointerEvent) => void, done: (kept: boolean) => void): void {
    const up = (): void => { stop(); done(true); };
    const key = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      stop();
      done(false);
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", up);
    window.addEventListener("keydown", key, true);
    stop = () => {
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("keydown", key, true);
      document.body.classList.remove("sizing");
    };
  }
  function resize(event: PointerEvent, name: string): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const start = event.clientX;
    const width = shown(name);
    document.body.classList.add("sizing");
    follow((move) => { sizing.value = { [name]: Math.min(LARGEST_WIDTH, Math.max(LEAST_WIDTH, width + move.clientX - start)) }; }, (kept) => {
      const size = sizing.value[name];
      sizing.value = {};
      ended = Date.now();
      if (kept && size !== undefined && size !== width) setWidth(name, size);
    });
  }
  function place(name: string, before: string | null): void {
    if (before === name) return;
    const rest = names().filter((item) => item !== name);
    const at = before === null ? rest.length : rest.indexOf(before);
    const next = [...rest.slice(0, at), name, ...rest.slice(at)];
    if (next.join() !== names().join()) state.setColumns(next);
  }
  function grab(event: PointerEvent, name: string): void {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const start = event.clientX;
    follow((move) => {
      if (!drag.value && Math.abs(move.clientX - start) < THRESHOLD) return;
      const others = cells().filter((cell) => cell.dataset.head !== "name");
      const next = others.find((cell) => { const box = cell.getBoundingClientRect(); return move.clientX < box.left + box.width / 2; });
      const before = next?.dataset.head ?? null;
      const edge = next ? next.getBoundingClientRect().left : (others.at(-1)?.getBoundingClientRect().right ?? 0);
      drag.value = { name, before: before === name ? following(name) : before, x: edge - (head.value?.getBoundingClientRect().left ?? 0) };
    }, (kept) => {
      const moved = drag.value;
      drag.value = null;
      if (!moved) return;
      ended = Date.now();
      if (kept) place(name, moved.before);
    });
  }
  const following = (name: string): string | null => names()[names().indexOf(name) + 1] ?? null;
  function shift(name: string, by: 1 | -1): void {
    const list = names();
    const at = list.indexOf(name);
    place(name, by < 0 ? (list[at - 1] ?? name) : (list[at + 2] ?? null));
  }
  onBeforeUnmount(() => stop());
  return {
    drag, sizing, grab, resize, place, shift,
    fit: (name) => setWidth(name, fitWidth(head.value?.closest(".tb")?.querySelectorAll(`[data-col="${CSS.escape(name)}"], [data-head="${CSS.escape(name)}"]`) ?? [])),
    widen: (name, by) => setWidth(name, shown(name) + by * STEP),
    justDragged: () => Date.now() - ended < 250,
  };
}
