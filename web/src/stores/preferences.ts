// What one person likes on this computer: language, theme, folded navigation, columns. Nothing the server has to know.
import { defineStore } from "pinia";
import { ref, watch } from "vue";
import type { Lang } from "@/lib/format";

export type Theme = "auto" | "light" | "dark";
interface Stored {
  lang?: Lang;
  theme?: Theme;
  navFolded?: boolean;
  foldedSections?: string[];
  columns?: Record<string, string[]>;
  recent?: { object: string; id: number; name: string }[];
}
const KEY = "haike.preferences";

function load(): Stored {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Stored;
  } catch {
    return {};
  }
}

export const usePreferences = defineStore("preferences", () => {
  const stored = load();
  const lang = ref<Lang>(stored.lang ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en"));
  const chosenLang = ref<boolean>(stored.lang !== undefined);
  const theme = ref<Theme>(stored.theme ?? "auto");
  const navFolded = ref(stored.navFolded ?? false);
  const foldedSections = ref<string[]>(stored.foldedSections ?? []);
  const columns = ref<Record<string, string[]>>(stored.columns ?? {});
  const recent = ref(stored.recent ?? []);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = ref(theme.value === "dark" || (theme.value === "auto" && system.matches));

  function applyTheme(): void {
    dark.value = theme.value === "dark" || (theme.value === "auto" && system.matches);
    document.documentElement.setAttribute("data-theme", dark.value ? "dark" : "light");
  }
  system.addEventListener("change", applyTheme);
  watch(theme, applyTheme, { immediate: true });
  watch([lang, theme, navFolded, foldedSections, columns, recent], () => {
    const value: Stored = {
      lang: chosenLang.value ? lang.value : undefined, theme: theme.value, navFolded: navFolded.value,
      foldedSections: foldedSections.value, columns: columns.value, recent: recent.value,
    };
    localStorage.setItem(KEY, JSON.stringify(value));
  }, { deep: true });

  function chooseLang(value: Lang): void {
    chosenLang.value = true;
    lang.value = value;
  }
  function toggleSection(key: string): void {
    foldedSections.value = foldedSections.value.includes(key) ? foldedSections.value.filter((item) => item !== key) : [...foldedSections.value, key];
  }
  function remember(object: string, id: number, name: string): void {
    recent.value = [{ object, id, name }, ...recent.value.filter((item) => item.object !== object || item.id !== id)].slice(0, 8);
  }
  function setColumns(key: string, names: string[] | null): void {
    const next = { ...columns.value };
    if (names) next[key] = names;
    else delete next[key];
    columns.value = next;
  }
  return { lang, chosenLang, theme, dark, navFolded, foldedSections, columns, recent, chooseLang, toggleSection, remember, setColumns };
});
