// What stands in the navigation: by right, in the order and with the omissions of its reader. New objects join at the end of their kind.
import { CalendarDays, ChartNoAxesColumn, Sun, Waves } from "@lucide/vue";
import { computed, type Component, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute, useRouter } from "vue-router";
import { useHasPools } from "@/pool/usePools";
import { useCatalog } from "@/stores/catalog";
import { usePreferences } from "@/stores/preferences";
import { objectIcon } from "@/ui/icons";

export interface NavEntry { key: string; label: string; icon: Component; to: string; app?: boolean }
const FIRST_OWN_ID = 1000;
/** Objects with a page of their own instead of a plain list. */
const PAGES: Record<string, string> = { event: "calendar", task: "tasks" };

/** The known entries in the wanted order; what the order does not name keeps its place at the end. */
export function arranged<T extends { key: string }>(entries: T[], order: string[]): T[] {
  const place = new Map(order.map((key, index) => [key, index]));
  return [...entries].sort((a, b) => (place.get(a.key) ?? order.length) - (place.get(b.key) ?? order.length));
}

export function useNav(): { all: ComputedRef<NavEntry[]>; shown: ComputedRef<NavEntry[]>; isOn: (entry: { to: string }) => boolean; isHidden: (key: string) => boolean; move: (from: number, to: number) => void; toggle: (key: string) => void; reset: () => void } {
  const { t } = useI18n();
  const route = useRoute();
  const router = useRouter();
  const catalog = useCatalog();
  const preferences = usePreferences();
  const hasPools = useHasPools();
  const usual = computed<NavEntry[]>(() => {
    const page = (object: string, name: string, label: string, icon: Component): NavEntry[] => (catalog.get(object)?.rights.read && router.hasRoute(name) ? [{ key: name, label, icon, to: `/${name}` }] : []);
    const objects = catalog.navigation.filter((object) => !PAGES[object.name] || !router.hasRoute(PAGES[object.name] ?? ""))
      .map((object) => ({ key: `o:${object.name}`, label: object.plural ?? object.label, icon: objectIcon(object.name, object.icon), to: `/o/${object.name}`, app: object.id >= FIRST_OWN_ID }));
    // pools stand after the customers that they are filled with
    const shipped = objects.filter((entry) => !entry.app);
    const after = shipped.findIndex((entry) => entry.key === "o:customer") + 1;
    if (hasPools.value) shipped.splice(after || shipped.length, 0, { key: "pools", label: t("pool.title"), icon: Waves, to: "/pools", app: false });
    return [
      { key: "today", label: t("nav.today"), icon: Sun, to: "/today" },
      ...page("event", "calendar", t("nav.calendar"), CalendarDays),
      ...page("task", "tasks", catalog.get("task")?.plural ?? t("bar.tasks"), objectIcon("task")),
      ...shipped,
      { key: "reports", label: t("nav.reports"), icon: ChartNoAxesColumn, to: "/reports" },
      ...objects.filter((entry) => entry.app),
    ];
  });
  const all = computed(() => arranged(usual.value, preferences.navOrder));
  const isHidden = (key: string): boolean => preferences.navHidden.includes(key);
  const isOn = (entry: { to: string }): boolean => {
    const own = Object.entries(PAGES).find(([, page]) => entry.to === `/${page}`)?.[0];
    return [entry.to, ...(own ? [`/o/${own}`] : [])].some((path) => route.path === path || route.path.startsWith(`${path}/`));
  };
  function move(from: number, to: number): void {
    const keys = all.value.map((entry) => entry.key);
    const [key] = keys.splice(from, 1);
    if (key === undefined || to < 0 || to > keys.length) return;
    keys.splice(to, 0, key);
    preferences.navOrder = keys;
  }
  function toggle(key: string): void {
    preferences.navHidden = isHidden(key) ? preferences.navHidden.filter((item) => item !== key) : [...preferences.navHidden, key];
  }
  function reset(): void {
    preferences.navOrder = [];
    preferences.navHidden = [];
  }
  return { all, shown: computed(() => all.value.filter((entry) => !isHidden(entry.key))), isOn, isHidden, move, toggle, reset };
}
