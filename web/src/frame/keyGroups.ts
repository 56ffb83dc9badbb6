// The keys of each page in words. Whoever adds a key to a page adds its line here.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useCatalog } from "@/stores/catalog";
import { GO_TO } from "./useGlobalKeys";

export interface KeyGroup { page: string; title: string; rows: [string[], string][] }

export function useKeyGroups(): ComputedRef<KeyGroup[]> {
  const { t } = useI18n();
  const catalog = useCatalog();
  const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const ctrl = mac ? "⌘" : "Ctrl";
  const place = (path: string): string => {
    const fixed: Record<string, string> = { "/today": t("nav.today"), ...(catalog.get("pool") ? { "/pools": t("pool.title") } : {}), "/calendar": t("nav.calendar"), "/tasks": t("bar.tasks"), "/reports": t("nav.reports"), "/notifications": t("notice.title"), "/settings": t("nav.settings") };
    const object = catalog.get(path.replace("/o/", ""));
    return fixed[path] ?? object?.plural ?? object?.label ?? "";
  };
  return computed<KeyGroup[]>(() => [
    { page: "everywhere", title: t("keys.everywhere"), rows: [
      [[ctrl, "K"], t("keys.palette")], [["/"], t("keys.search")], [["c"], t("keys.create")], [["?"], t("keys.sheet")], [["Esc"], t("keys.leave")], [[ctrl, "Enter"], t("keys.save")],
    ] },
    { page: "go", title: t("keys.goTo"), rows: Object.entries(GO_TO).filter(([, path]) => place(path)).map(([key, path]) => [["g", key], place(path)]) },
    { page: "list", title: t("keys.lists"), rows: [
      [["j", "k"], t("keys.row")], [["←", "→"], t("keys.cell")], [["Enter"], t("keys.open")], [[ctrl, "Enter"], t("keys.openPage")], [["F2"], t("keys.editCell")], [["x"], t("keys.select")], [["Shift", "j"], t("keys.extend")], [[ctrl, "A"], t("keys.selectAll")], [["Home", "End"], t("keys.ends")],
    ] },
    { page: "board", title: t("keys.board"), rows: [[["↑", "↓", "←", "→"], t("keys.card")], [["Enter"], t("keys.open")], [["Space"], t("keys.lift")], [["←", "→", "Enter"], t("keys.drop")], [[ctrl, "→"], t("keys.moveCard")], [["m"], t("keys.moveMenu")]] },
    { page: "pools", title: t("pool.title"), rows: [[["c"], t("pool.claimKey")], [["x"], t("keys.select")], [["j", "k"], t("keys.row")], [["Enter"], t("keys.open")]] },
    { page: "record", title: t("keys.records"), rows: [[["e"], t("keys.edit")], [["[", "]"], t("keys.neighbours")], [["h"], t("keys.fieldHistory")], [["Tab"], t("keys.nextField")], [["Esc"], t("keys.back")]] },
    { page: "calendar", title: t("nav.calendar"), rows: [[["t"], t("keys.today")], [["j", "k"], t("keys.period")], [["d", "w", "m", "a"], t("keys.calView")], [["c"], t("keys.createEvent")], [["Alt", "↑"], t("keys.moveEvent")]] },
    { page: "tasks", title: t("bar.tasks"), rows: [[["j", "k"], t("keys.row")], [["Enter"], t("keys.open")], [["x"], t("keys.finish")], [["e"], t("keys.unfold")], [["c"], t("keys.addTask")]] },
    { page: "notifications", title: t("notice.title"), rows: [[["j", "k"], t("keys.row")], [["Enter"], t("keys.openNotice")], [["r"], t("keys.readNotice")]] },
    { page: "palette", title: t("palette.title"), rows: [[["↑", "↓"], t("palette.choose")], [["Tab"], t("palette.section")], [["Enter"], t("palette.open")], [[">"], t("palette.onlyCommands")], [["@"], t("palette.onlyPeople")]] },
  ]);
}
