// Which days are shown and how, kept in the address, with the keys that go through them.
import { computed, onBeforeUnmount, onMounted, ref, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { useLocale } from "@/fields/useLocale";
import { isoDate, parseDate } from "@/lib/format";
import { isComposing, isPlain, isTyping } from "@/lib/keys";
import { useSettings } from "@/lib/settings";
import { useNarrow } from "@/ui/useNarrow";
import { useNow } from "@/ui/useNow";
import { sameDay, spanOf, startOfDay, step, titleOf, type CalView, type Span } from "./dates";

export interface CalendarState {
  view: ComputedRef<CalView>;
  date: ComputedRef<Date>;
  span: ComputedRef<Span>;
  title: ComputedRef<string>;
  weekStart: ComputedRef<number>;
  isToday: ComputedRef<boolean>;
  text: (name: string) => string;
  set: (change: Record<string, string | null>, push?: boolean) => void;
  go: (by: number) => void;
  today: () => void;
  toView: (view: CalView) => void;
  toDay: (date: Date, view?: CalView) => void;
}
const VIEWS: CalView[] = ["day", "week", "month", "agenda"];
const KEYS: Record<string, CalView> = { d: "day", w: "week", m: "month", a: "agenda" };

export function useCalendar(viewKey: string, start: CalView, create: () => void): CalendarState {
  const route = useRoute();
  const router = useRouter();
  const lang = useLocale();
  const narrow = useNarrow();
  const now = useNow();
  const settings = useSettings();
  const text = (name: string): string => (typeof route.query[name] === "string" ? (route.query[name] as string) : "");
  const view = computed<CalView>(() => VIEWS.find((each) => each === text(viewKey)) ?? (narrow.value ? "agenda" : start));
  const today = ref(startOfDay(now.value));
  const date = computed(() => (/^\d{4}-\d{2}-\d{2}$/.test(text("date")) ? parseDate(text("date")) : null) ?? today.value);
  const weekStart = computed(() => settings.data.value?.week_start ?? (lang.value === "zh-CN" ? 1 : 0));
  const span = computed(() => spanOf(view.value, date.value, weekStart.value, narrow.value));

  function set(change: Record<string, string | null>, push = false): void {
    const query: Record<string, string> = {};
    for (const [name, value] of Object.entries(route.query)) if (typeof value === "string") query[name] = value;
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === "") delete query[name];
      else query[name] = value;
    }
    void (push ? router.push({ query }) : router.replace({ query }));
  }
  const toDay = (day: Date, to?: CalView): void => set({ date: sameDay(day, now.value) ? null : isoDate(day), ...(to ? { [viewKey]: to } : {}) });
  const state: CalendarState = {
    view, date, span, weekStart, text, set, toDay, title: computed(() => titleOf(view.value, date.value, span.value, lang.value, narrow.value ? now.value : undefined)),
    isToday: computed(() => now.value >= span.value.from && now.value < span.value.to),
    go: (by) => toDay(step(view.value, date.value, by, narrow.value)),
    today: () => { today.value = startOfDay(now.value); set({ date: null }); },
    toView: (to) => set({ [viewKey]: to }),
  };

  let goUntil = 0;
  function keydown(event: KeyboardEvent): void {
    if (isComposing(event) || isTyping(event) || !isPlain(event) || event.defaultPrevented || document.querySelector("[aria-modal='true'], [data-floating]")) return;
    // "g" and a letter go elsewhere: that letter is not ours
    if (Date.now() < goUntil) { goUntil = 0; return; }
    if (event.key === "g") { goUntil = Date.now() + 1200; return; }
    const to = KEYS[event.key];
    if (to) state.toView(to);
    else if (event.key === "t") state.today();
    else if (event.key === "j" || event.key === "k") state.go(event.key === "j" ? 1 : -1);
    else if (event.key === "c") create();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  onMounted(() => window.addEventListener("keydown", keydown, true));
  onBeforeUnmount(() => window.removeEventListener("keydown", keydown, true));
  return state;
}
