// What a drag or a key does to a bar: shown at once, saved, put back with the reason.
import { computed, type ComputedRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { addDays } from "@/calendar/dates";
import type { DateFields } from "@/calendar/items";
import { useMoves, type Moves } from "@/calendar/useMoves";
import { useLocale } from "@/fields/useLocale";
import { placedValues, stretched, type GanttBar, type Place } from "./bars";
import type { Scale } from "./scale";
import { useBarDrag, type Drag, type Handle } from "./useBarDrag";

const TOGETHER_MS = 600;

export interface GanttMoves {
  moves: Moves<Place>;
  drag: ShallowRef<Drag | null>;
  tip: ComputedRef<{ text: string; x: number; y: number } | null>;
  placeOf: (bar: GanttBar) => GanttBar;
  grab: (event: PointerEvent, bar: GanttBar, handle: Handle) => void;
  nudge: (bar: GanttBar, handle: Handle, days: number) => void;
  justDragged: () => boolean;
}

export function useGanttMoves(fields: ComputedRef<DateFields | null>, scale: ComputedRef<Scale>, find: (key: string) => GanttBar | undefined, scroller: () => HTMLElement | null, movable: ComputedRef<boolean>): GanttMoves {
  const { t } = useI18n();
  const lang = useLocale();
  const moves = useMoves<Place>();
  const { drag, press, justDragged } = useBarDrag(() => scale.value.px, scroller, (end) => {
    const bar = find(end.key);
    if (bar) put(bar, stretched(standing(bar), end.handle, end.days));
  });
  const standing = (bar: GanttBar): Place => moves.overlay.value.get(bar.key) ?? bar;
  const dayText = (date: Date): string => new Intl.DateTimeFormat(lang.value, { month: "short", day: "numeric" }).format(date);
  const spanText = (place: Place, milestone: boolean): string => (milestone ? dayText(place.start) : `${dayText(place.start)} – ${dayText(addDays(place.end, -1))}`);

  function placeOf(bar: GanttBar): GanttBar {
    const place = drag.value?.key === bar.key ? stretched(standing(bar), drag.value.handle, drag.value.days) : moves.overlay.value.get(bar.key);
    return place ? { ...bar, start: place.start, end: place.end } : bar;
  }
  function put(bar: GanttBar, to: Place, wait = 0): void {
    if (fields.value) void moves.move(bar, to, placedValues(bar, to, fields.value), t("gantt.moved", { title: bar.title, when: spanText(to, bar.milestone) }), undefined, wait);
  }
  const tip = computed(() => {
    const bar = drag.value && find(drag.value.key);
    return bar && drag.value ? { text: spanText(placeOf(bar), bar.milestone), x: drag.value.x, y: drag.value.y } : null;
  });
  return {
    moves, drag, tip, placeOf, justDragged,
    grab: (event, bar, handle) => { if (handle !== "move" || movable.value) press(event, bar.key, handle); },
    nudge: (bar, handle, days) => put(bar, stretched(standing(bar), handle, days), TOGETHER_MS),
  };
}
