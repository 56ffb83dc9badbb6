// Time zones and currencies as people look for them: by place, by their name in the reader's language, by the hour.
import type { Lang } from "@/lib/format";

export interface Named { key: string; label: string; detail?: string }
const COMMON_CURRENCIES = ["CNY", "USD", "EUR", "HKD", "JPY", "GBP"];
const kept = new Map<string, Named[]>();

function part(zone: string, lang: Lang, style: "longGeneric" | "shortOffset"): string {
  return new Intl.DateTimeFormat(lang, { timeZone: zone, timeZoneName: style }).formatToParts(new Date()).find((item) => item.type === "timeZoneName")?.value ?? "";
}
export function zoneName(zone: string, lang: Lang): Named {
  try {
    const name = part(zone, lang, "longGeneric");
    return { key: zone, label: `${zone.replaceAll("_", " ")} · ${name}`, detail: part(zone, lang, "shortOffset").replace("GMT", "UTC") };
  } catch {
    return { key: zone, label: zone };
  }
}
export function zones(lang: Lang): Named[] {
  const known = kept.get(lang);
  if (known) return known;
  const all = Intl.supportedValuesOf("timeZone").map((zone) => zoneName(zone, lang));
  kept.set(lang, all);
  return all;
}
export function currencies(lang: Lang): Named[] {
  const names = new Intl.DisplayNames(lang, { type: "currency" });
  const rest = Intl.supportedValuesOf("currency").filter((code) => !COMMON_CURRENCIES.includes(code));
  return [...COMMON_CURRENCIES, ...rest].map((code) => ({ key: code, label: `${code} · ${names.of(code) ?? ""}` }));
}
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "Asia/Shanghai";
}
