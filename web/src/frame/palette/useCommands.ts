// Commands that are always there: where to go, what to make, which view to run, what to set.
import { useQuery } from "@tanstack/vue-query";
import { ArrowRight, Bell, CheckCheck, CircleUser, Compass, CopyCheck, Keyboard, Languages, LogOut, Moon, PanelLeft, Plus, Rows3, Settings2, SlidersHorizontal, Sun, SunMoon, Trash2, Waves } from "@lucide/vue";
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import { isCompared } from "@/duplicates/calls";
import * as api from "@/lib/api";
import { listViews } from "@/meta/catalog";
import { asText } from "@/meta/types";
import { usePools } from "@/pool/usePools";
import { useCatalog } from "@/stores/catalog";
import { usePreferences } from "@/stores/preferences";
import { useSession } from "@/stores/session";
import { objectIcon } from "@/ui/icons";
import { useNav } from "../nav";
import { markAllRead } from "../notices";
import { frameState, openCreate } from "../state";
import { useSignOut } from "../useSignOut";
import type { Item } from "./model";

const GO_KEYS: Record<string, string> = { pools: "h", today: "t", calendar: "d", tasks: "k", reports: "r", "o:lead": "l", "o:customer": "c", "o:contact": "p", "o:opportunity": "o" };

export function useCommands(): { go: ComputedRef<Item[]>; create: ComputedRef<Item[]>; views: ComputedRef<Item[]>; settings: ComputedRef<Item[]> } {
  const { t } = useI18n();
  const router = useRouter();
  const catalog = useCatalog();
  const preferences = usePreferences();
  const session = useSession();
  const signOut = useSignOut();
  const nav = useNav();
  const to = (path: string) => (): void => void router.push(path);
  const saved = useQuery({
    queryKey: ["records", "view", "palette"], staleTime: 60_000, enabled: computed(() => catalog.get("view")?.rights.read === true),
    queryFn: ({ signal }) => api.listRecords("view", { filter: 'owner = me() or share = "all" or (share = "department" and department = my_department())', fields: "id,name,object", limit: 200 }, signal),
  });

  const pools = usePools();
  const administers = computed(() => catalog.get("pool") !== undefined && (session.admin || pools.data.value?.items.some((pool) => pool.administrator) === true));

  const go = computed<Item[]>(() => [
    ...nav.all.value.map((entry) => ({ key: `go:${entry.key}`, label: entry.label, icon: entry.icon, detail: t("palette.go"), words: entry.key === "pools" ? ["pools", "gonghai", "claim"] : [entry.key.replace("o:", "")], keys: GO_KEYS[entry.key] ? ["g", GO_KEYS[entry.key] ?? ""] : undefined, run: to(entry.to) })),
    ...catalog.settings.map((object) => ({ key: `go:o:${object.name}`, label: object.plural ?? object.label, icon: objectIcon(object.name, object.icon), detail: t("palette.go"), words: [object.name], run: to(`/o/${object.name}`) })),
    { key: "go:notifications", label: t("notice.title"), icon: Bell, detail: t("palette.go"), words: ["notifications"], keys: ["g", "n"], run: to("/notifications") },
    { key: "go:me", label: t("me.account"), icon: CircleUser, detail: t("palette.go"), words: ["me", "profile", "password"], run: to("/me") },
    { key: "go:trash", label: t("nav.trash"), icon: Trash2, detail: t("palette.go"), words: ["trash", "recycle"], run: to("/trash") },
    { key: "go:settings", label: t("nav.settings"), icon: Settings2, detail: t("palette.go"), words: ["settings"], keys: ["g", "s"], run: to("/settings") },
    ...(catalog.get("department")?.rights.read ? [{ key: "go:organisation", label: t("org.title"), icon: objectIcon("department"), detail: t("palette.go"), words: ["organisation", "department", "people"], run: to("/settings/organisation") }] : []),
    ...(administers.value ? [{ key: "go:pool-settings", label: t("pool.settings"), icon: Waves, detail: t("palette.go"), words: ["pools", "recycle", "gonghai"], run: to("/settings/pools") }] : []),
    ...(session.admin ? catalog.readable.filter(() => router.hasRoute("design")).map((object) => ({ key: `design:${object.name}`, label: t("palette.design", { label: object.label }), icon: SlidersHorizontal, detail: t("palette.go"), words: [object.name, "design"], run: to(`/design/${object.name}`) })) : []),
  ]);
  const create = computed<Item[]>(() => catalog.creatable.map((object) => ({ key: `new:${object.name}`, label: t("list.new", { label: object.label }), icon: Plus, words: ["new", object.name], run: (page) => (page ? void router.push(`/o/${object.name}/new`) : openCreate(object.name)) })));
  const check = computed<Item[]>(() => catalog.readable.filter((object) => isCompared(object) && (object.rights.create || object.rights.update)).map((object) => ({ key: `duplicates:${object.name}`, label: t("duplicate.palette", { label: object.label }), icon: CopyCheck, detail: t("palette.go"), words: ["duplicates", "chachong", object.name], run: to(`/o/${object.name}/duplicates`) })));
  const views = computed<Item[]>(() => [
    ...catalog.navigation.flatMap((object) => listViews(object).map((view) => ({ key: `view:${object.name}:${view.name}`, label: `${object.plural ?? object.label} · ${view.label}`, icon: objectIcon(object.name, object.icon), detail: t("palette.view"), words: [view.label], run: to(`/o/${object.name}?view=${view.name}`) }))),
    ...(saved.data.value?.items ?? []).flatMap((record) => {
      const object = catalog.get(asText(record.object));
      return object ? [{ key: `view:${object.name}:${record.id}`, label: `${object.plural ?? object.label} · ${asText(record.name)}`, icon: objectIcon(object.name, object.icon), detail: t("palette.view"), words: [asText(record.name)], run: to(`/o/${object.name}?view=${record.id}`) }] : [];
    }),
  ]);
  const settings = computed<Item[]>(() => {
    const detail = t("palette.setting");
    return [
      { key: "set:light", label: t("palette.light"), icon: Sun, detail, words: ["theme", "light"], run: () => { preferences.theme = "light"; } },
      { key: "set:dark", label: t("palette.dark"), icon: Moon, detail, words: ["theme", "dark"], run: () => { preferences.theme = "dark"; } },
      { key: "set:auto", label: t("palette.autoTheme"), icon: SunMoon, detail, words: ["theme", "auto", "system"], run: () => { preferences.theme = "auto"; } },
      { key: "set:lang", label: preferences.lang === "en" ? "切换到中文" : "Switch to English", icon: Languages, detail, words: ["language", "english", "中文", "zhongwen"], run: () => preferences.chooseLang(preferences.lang === "en" ? "zh-CN" : "en") },
      { key: "set:compact", label: t("palette.compact"), icon: Rows3, detail, words: ["density", "compact"], run: () => { preferences.density = "compact"; } },
      { key: "set:normal", label: t("palette.normal"), icon: Rows3, detail, words: ["density", "normal"], run: () => { preferences.density = "normal"; } },
      { key: "set:roomy", label: t("palette.roomy"), icon: Rows3, detail, words: ["density", "roomy"], run: () => { preferences.density = "roomy"; } },
      { key: "set:nav", label: preferences.navFolded ? t("nav.unfold") : t("nav.fold"), icon: PanelLeft, detail, words: ["navigation", "sidebar"], run: () => { preferences.navFolded = !preferences.navFolded; } },
      { key: "set:arrange", label: t("nav.arrange"), icon: SlidersHorizontal, detail, words: ["navigation", "order"], run: () => { frameState.arrange = true; } },
      { key: "set:read", label: t("notice.readAll"), icon: CheckCheck, detail, words: ["notifications", "read"], run: () => void markAllRead().catch(() => undefined) },
      { key: "help:keys", label: t("nav.keys"), icon: Keyboard, detail: t("palette.help"), words: ["keys", "shortcuts", "help"], keys: ["?"], run: () => { frameState.keys = true; } },
      { key: "help:tour", label: t("tour.again"), icon: Compass, detail: t("palette.help"), words: ["tour", "guide"], run: () => { frameState.tour = true; } },
      { key: "out", label: t("me.signOut"), icon: LogOut, detail, words: ["sign out", "logout"], run: () => void signOut() },
    ];
  });
  return { go: computed(() => [...go.value, ...check.value].map((item) => ({ ...item, icon: item.icon ?? ArrowRight }))), create, views, settings };
}
