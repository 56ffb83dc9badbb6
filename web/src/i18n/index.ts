// Both languages as flat keys; each is loaded when it is first needed.
import { createI18n } from "vue-i18n";
import type { Lang } from "@/lib/format";
import { setLanguage } from "@/lib/http";

// keys are names and no paths: read as they lie, for rebuilding two thousand of them as a tree delays the first page
export const i18n = createI18n({
  legacy: false, locale: "zh-CN", fallbackLocale: "zh-CN", messages: {}, missingWarn: false, fallbackWarn: false,
  messageResolver: (messages, key) => (messages as Record<string, string>)[key] ?? null,
});

const loaders: Record<Lang, () => Promise<{ default: Record<string, string> }>> = {
  "zh-CN": () => import("./zh-CN"),
  en: () => import("./en"),
};

export async function useLang(lang: Lang): Promise<void> {
  if (!i18n.global.availableLocales.includes(lang)) {
    i18n.global.setLocaleMessage(lang, (await loaders[lang]()).default);
  }
  i18n.global.locale.value = lang;
  document.documentElement.lang = lang;
  setLanguage(lang, i18n.global.t("error.network"));
}
