import { onBeforeUnmount, onMounted } from "vue";
import { isComposing, isPlain, isTyping } from "@/lib/keys";
import type { RecordData } from "@/meta/types";

interface TableKeys {
  cursor: () => RecordData | undefined;
  move: (by: number) => void;
  open: (id: number, page: boolean) => void;
  toggle: (id: number) => void;
  leave: () => void;
}

export function useTableKeys(keys: TableKeys): void {
  function keydown(event: KeyboardEvent): void {
    if (isComposing(event) || isTyping(event) || event.defaultPrevented || document.querySelector("[aria-modal='true'], [data-floating]")) return;
    const record = keys.cursor();
    if (event.key === "Enter" && record && !(event.target instanceof HTMLElement && event.target.closest("a, button, [data-panel]"))) {
      event.preventDefault();
      keys.open(record.id, event.ctrlKey || event.metaKey);
      return;
    }
    if (!isPlain(event)) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      keys.move(step);
    } else if (event.key === "x" && record) keys.toggle(record.id);
    else if (event.key === "Escape") keys.leave();
  }
  onMounted(() => window.addEventListener("keydown", keydown));
  onBeforeUnmount(() => window.removeEventListener("keydown", keydown));
}
