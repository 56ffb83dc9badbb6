// Which rows are chosen: some of those loaded, or everything that matches, loaded or not.
import { computed, ref, shallowRef, type ComputedRef, type Ref } from "vue";
import type { RecordData } from "@/meta/types";

export interface Selection {
  ids: Ref<Set<number>>;
  /** all that match the view, also what has not been loaded */
  everything: Ref<boolean>;
  some: ComputedRef<boolean>;
  /** all that was loaded when they were chosen; more may have come since */
  whole: Ref<boolean>;
  has: (id: number) => boolean;
  toggle: (id: number) => void;
  /** from the last one touched to this one, as the rows stand */
  reach: (id: number, items: RecordData[]) => void;
  all: (items: RecordData[]) => void;
  clear: () => void;
}

export function useSelection(): Selection {
  const ids = shallowRef<Set<number>>(new Set());
  const everything = ref(false);
  const whole = ref(false);
  let anchor: number | null = null;

  function toggle(id: number): void {
    const next = new Set(ids.value);
    if (!next.delete(id)) next.add(id);
    ids.value = next;
    everything.value = whole.value = false;
    anchor = id;
  }
  function reach(id: number, items: RecordData[]): void {
    const from = items.findIndex((item) => item.id === anchor);
    const to = items.findIndex((item) => item.id === id);
    if (from < 0 || to < 0) {
      if (!ids.value.has(id)) toggle(id);
      anchor = id;
      return;
    }
    ids.value = new Set([...ids.value, ...items.slice(Math.min(from, to), Math.max(from, to) + 1).map((item) => item.id)]);
    everything.value = false;
  }
  function clear(): void {
    ids.value = new Set();
    everything.value = whole.value = false;
    anchor = null;
  }
  return {
    ids, everything, whole, toggle, reach, clear,
    some: computed(() => everything.value || ids.value.size > 0),
    has: (id) => everything.value || ids.value.has(id),
    all: (items) => { ids.value = new Set(items.map((item) => item.id)); everything.value = false; whole.value = items.length > 0; },
  };
}
