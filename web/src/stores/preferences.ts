// What one person likes. Kept on this device at once, and by the server where it has the place: every value carries the time it was chosen, the later one wins.
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch, type WritableComputedRef } from "vue";
import * as api from "@/lib/api";
import type { Lang } from "@/lib/format";
import { ApiError } from "@/lib/http";
import type { Json, Values } from "@/meta/types";
import { deviceDefaults, laterOf, readDevice, readKept, writeDevice, writeKept, type Kept } from "./preferenceStorage";

export type Theme = "auto" | "light" | "dark";
export type Density = "compact" | "normal" | "roomy";
export interface Recent { object: string; id: number; name: string }
const PUSH_AFTER_MS = 1500;
/** What changes with every click stays on the device. */
const LOCAL_ONLY = new Set(["recent", "ran"]);
const ROW_HEIGHT: Record<Density, number> = { compact: 32, normal: 36, roomy: 44 };

export const usePreferences = defineStore("preferences", () => {
  const kept = shallowRef<Kept>(readKept(null));
  const device = ref({ ...deviceDefaults, ...readDevice() });
  const profileLang = ref<Lang | null>(null);
  let timer = 0;
  let server = false;

  function put(key: string, value: Json | undefined): void {
    const values = { ...kept.value.values };
    if (value === undefined) delete values[key];
    else values[key] = value;
    kept.value = { ...kept.value, values, at: { ...kept.value.at, [key]: Date.now() } };
    writeKept(kept.value);
    if (!LOCAL_ONLY.has(key)) pushSoon();
  }
  function pushSoon(): void {
    if (!server) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void push(), PUSH_AFTER_MS);
  }
  async function push(): Promise<void> {
    timer = 0;
    const { values, at } = kept.value;
    const sent: Values = { at: Object.fromEntries(Object.entries(at).filter(([key]) => !LOCAL_ONLY.has(key))) };
    for (const key of Object.keys(at)) if (!LOCAL_ONLY.has(key) && values[key] !== undefined) sent[key] = values[key];
    try {
      await api.putPreferences(sent);
    } catch (error) {
      // what the network took is sent with the next change, or when this person opens the page again
      if (error instanceof ApiError && error.status === 404) server = false;
    }
  }
  /** Takes up the preferences of whoever signed in, from this device and then from the server. */
  async function adopt(user: number): Promise<void> {
    if (kept.value.user !== user) {
      kept.value = readKept(user, kept.value);
      writeKept(kept.value);
    }
    try {
      const answer = await api.getPreferences();
      server = true;
      const merged = laterOf(kept.value, answer);
      kept.value = merged.kept;
      writeKept(merged.kept);
      if (merged.ahead) pushSoon();
    } catch {
      server = false;
    }
  }
  function entry<T>(key: string, fallback: T): WritableComputedRef<T> {
    return computed({ get: () => (kept.value.values[key] as T | undefined) ?? fallback, set: (value) => put(key, JSON.parse(JSON.stringify(value)) as Json) });
  }

  // what was chosen a moment ago goes with the page
  window.addEventListener("pagehide", () => {
    if (!timer) return;
    window.clearTimeout(timer);
    void push();
  });

  const theme = entry<Theme>("theme", "auto");
  const density = entry<Density>("density", "normal");
  const navFolded = entry("navFolded", false);
  const navOrder = entry<string[]>("navOrder", []);
  const navHidden = entry<string[]>("navHidden", []);
  const foldedSections = entry<string[]>("foldedSections", []);
  const columns = entry<Record<string, string[]>>("columns", {});
  const recent = entry<Recent[]>("recent", []);
  const tour = entry<"" | "done" | "declined">("tour", "");
  const chosenLang = computed(() => kept.value.values.lang === "en" || kept.value.values.lang === "zh-CN");
  const lang = computed<Lang>(() => (chosenLang.value ? (kept.value.values.lang as Lang) : (profileLang.value ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en"))));
  const rowHeight = computed(() => ROW_HEIGHT[density.value] ?? ROW_HEIGHT.normal);

  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemDark = ref(system.matches);
  system.addEventListener("change", () => { systemDark.value = system.matches; });
  const dark = computed(() => theme.value === "dark" || (theme.value === "auto" && systemDark.value));
  watch(dark, (value) => {
    document.documentElement.setAttribute("data-theme", value ? "dark" : "light");
    document.querySelectorAll("meta[name='theme-color']").forEach((meta) => meta.setAttribute("content", value ? "#11181f" : "#ffffff"));
  }, { immediate: true });
  watch(density, (value) => document.documentElement.setAttribute("data-density", value), { immediate: true });
  watch(device, (value) => writeDevice(value), { deep: true });
  // another tab of the same person chose something
  window.addEventListener("storage", (event) => { if (event.key === "haike.preferences" && event.newValue) kept.value = readKept(null); });

  function chooseLang(value: Lang): void {
    put("lang", value);
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
  /** Anything else a screen wants to keep for this person, under a name of its own. */
  function get<T>(key: string, fallback: T): T {
    return (kept.value.values[key] as T | undefined) ?? fallback;
  }
  return {
    lang, chosenLang, profileLang, theme, dark, density, rowHeight, device, navFolded, navOrder, navHidden, foldedSections, columns, recent, tour,
    adopt, chooseLang, toggleSection, remember, setColumns, get, set: put,
  };
});
