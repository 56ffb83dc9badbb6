// The table under the keyboard: rows, cells, selection. Never while somebody types or something floats above.
import { onBeforeUnmount, onMounted } from "vue";
import { isComposing, isPlain, isTyping } from "@/lib/keys";

export interface TableKeys {
  /** a cell has been reached with the arrows: Enter edits it */
  onCell: () => boolean;
  onRow: () => boolean;
  move: (by: number, extend: boolean) => void;
  edge: (end: boolean, extend: boolean) => void;
  pageSize: () => number;
  across: (by: number) => void;
  open: (page: boolean) => void;
  edit: () => void;
  toggle: () => void;
  all: () => void;
  leave: () => void;
}

export function isElsewhere(event: Event): boolean {
  return event.defaultPrevented || document.querySelector("[aria-modal='true'], [data-floating]") !== null;
}

/** A check box has the focus after a click on it, and nobody types into it. */
export function isWriting(event: Event): boolean {
  return isTyping(event as KeyboardEvent) && !(event.target instanceof HTMLInputElement && event.target.type === "checkbox");
}

export function useTableKeys(keys: TableKeys): void {
  function rows(event: KeyboardEvent): boolean {
    const step = { j: 1, J: 1, ArrowDown: 1, k: -1, K: -1, ArrowUp: -1, PageDown: keys.pageSize(), PageUp: -keys.pageSize() }[event.key];
    if (step) keys.move(step, event.shiftKey);
    else if (event.key === "Home" || event.key === "End") keys.edge(event.key === "End", event.shiftKey);
    else return false;
    return true;
  }
  function keydown(event: KeyboardEvent): void {
    if (isComposing(event) || isWriting(event) || isElsewhere(event)) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    const control = target?.closest("a, button, [data-panel], [role='tab']") != null;
    if (event.key === "Enter" && keys.onRow() && !control) {
      event.preventDefault();
      if (keys.onCell() && !event.ctrlKey && !event.metaKey) keys.edit();
      else keys.open(event.ctrlKey || event.metaKey);
      return;
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "a" && !target?.closest("[data-panel]")) {
      event.preventDefault();
      keys.all();
      return;
    }
    if (!isPlain(event) || target?.closest("[role='tablist'], [role='radiogroup'], [data-panel]") && event.key !== "Escape" && event.key.length > 1) return;
    if (rows(event)) event.preventDefault();
    else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && keys.onRow()) {
      event.preventDefault();
      keys.across(event.key === "ArrowRight" ? 1 : -1);
    } else if (event.key === "F2" && keys.onRow()) {
      event.preventDefault();
      keys.edit();
    } else if (event.key === "x" && keys.onRow()) keys.toggle();
    else if (event.key === "Escape") keys.leave();
  }
  onMounted(() => window.addEventListener("keydown", keydown));
  onBeforeUnmount(() => window.removeEventListener("keydown", keydown));
}
