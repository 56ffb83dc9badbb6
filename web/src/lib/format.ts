// Figures and dates as people read them. Functions of value, language and now, so that tests pin them down; and of the currency the organisation counts in.
import { ref } from "vue";

export type Lang = "zh-CN" | "en";

const DAY = 86_400_000;

// making one costs a hundred times as much as using it
const formatters = new Map<string, Intl.NumberFormat>();

export function formatNumber(value: number, lang: Lang, decimals = 0, maximum = decimals): string {
  const key = `${lang}/${decimals}/${maximum}`;
  let formatter = formatters.get(key);
  if (!formatter) formatters.set(key, (formatter = new Intl.NumberFormat(lang, { minimumFractionDigits: decimals, maximumFractionDigits: Math.max(decimals, maximum) })));
  return formatter.format(value);
}

/** Whole amounts show no decimals; others show them all, so that a column still lines up on the separator. */
export function formatMoney(value: number, lang: Lang, decimals = 2): string {
  return formatNumber(value, lang, Number.isInteger(value) ? 0 : decimals);
}

// what an amount is in that names no currency of its own: sums above all
const home = ref("CNY");
export function setHomeCurrency(currency: string | undefined): void {
  if (currency) home.value = currency;
}

export function currencySign(currency: string | null | undefined): string {
  const signs: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "JP¥", HKD: "HK$" };
  const code = currency || home.value;
  return signs[code] ?? `${code} `;
}

export interface Short { number: string; unit: string }

/** Short amounts: 万 and 亿 in Chinese, K, M and B in English; one decimal until the figure is long enough without. */
export function shortNumber(value: number, lang: Lang): Short {
  const size = Math.abs(value);
  const steps: [number, string][] = lang === "zh-CN" ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
  for (const [at, unit] of steps) {
    // what would round up to the next unit's 10,000 belongs there already
    if (size < at) continue;
    const scaled = value / at;
    const decimals = Math.abs(scaled) >= 1000 ? 0 : at === 1e8 ? 2 : 1;
    return { number: formatNumber(Number(scaled.toFixed(decimals)), lang, decimals), unit };
  }
  return { number: formatNumber(value, lang, 0, 2), unit: "" };
}

export function shortMoney(value: number, lang: Lang, currency?: string | null): string {
  const short = shortNumber(Math.abs(value), lang);
  return `${value < 0 ? "−" : ""}${currencySign(currency)}${short.number}${short.unit}`;
}

export function formatPercent(value: number, lang: Lang, decimals = 2): string {
  return `${formatNumber(Math.round(value * 1e4) / 100, lang, 0, decimals)}%`;
}

export function formatCount(count: number, exact: boolean, lang: Lang): string {
  return `${formatNumber(count, lang)}${exact ? "" : "+"}`;
}

export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Local midnight of a date ("2026-11-22") or a date-time. */
export function parseDate(value: string): Date | null {
  const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (plain) return new Date(Number(plain[1]), Number(plain[2]) - 1, Number(plain[3]));
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function isDateOnly(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

export function isoDate(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function clock(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** Calendar days from now to date: -1 is yesterday. */
export function dayDistance(date: Date, now: Date): number {
  const a = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  const b = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((a - b) / DAY);
}

const NEAR: Record<Lang, Record<string, string>> = {
  "zh-CN": { "-2": "前天", "-1": "昨天", "0": "今天", "1": "明天", "2": "后天" },
  en: { "-1": "Yesterday", "0": "Today", "1": "Tomorrow" },
};

export function formatDay(date: Date, now: Date, lang: Lang): string {
  const near = NEAR[lang][String(dayDistance(date, now))];
  if (near) return near;
  if (lang === "en") {
    const options: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
    if (date.getFullYear() !== now.getFullYear()) options.year = "numeric";
    return new Intl.DateTimeFormat("en", options).format(date);
  }
  const day = `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return date.getFullYear() === now.getFullYear() ? day : `${date.getFullYear()}-${day}`;
}

/** "昨天 14:20", "11-14": the hour only where it still helps, within two days. */
export function formatWhen(value: string, now: Date, lang: Lang): string {
  const date = parseDate(value);
  if (!date) return value;
  const day = formatDay(date, now, lang);
  if (isDateOnly(value) || Math.abs(dayDistance(date, now)) > 2) return day;
  return `${day} ${clock(date)}`;
}

export function formatExact(value: string): string {
  const date = parseDate(value);
  if (!date) return value;
  return isDateOnly(value) ? isoDate(date) : `${isoDate(date)} ${clock(date)}:${pad(date.getSeconds())}`;
}

export type Due = "late" | "today" | "plan";

export function dueState(value: string, now: Date): Due | null {
  const date = parseDate(value);
  if (!date) return null;
  const days = dayDistance(date, now);
  if (days < 0 || (days === 0 && !isDateOnly(value) && date.getTime() < now.getTime())) return "late";
  return days === 0 ? "today" : "plan";
}

/** Whole days overdue, at least 0 for what was due earlier today. */
export function daysLate(value: string, now: Date): number {
  const date = parseDate(value);
  return date ? Math.max(0, -dayDistance(date, now)) : 0;
}

/** Days since a moment, for "6 天" in a stage. */
export function daysSince(value: string, now: Date): number {
  return daysLate(value, now);
}

/** Two characters for an avatar: the last two of a Chinese name, initials of a Latin one. */
export function avatarText(name: string): string {
  const trimmed = name.trim();
  if (/[㐀-鿿豈-﫿]/.test(trimmed)) return Array.from(trimmed.replace(/[^㐀-鿿豈-﫿]/g, "")).slice(-2).join("");
  const words = trimmed.split(/\s+/).filter(Boolean);
  if (words.length > 1) return words.slice(0, 2).map((word) => Array.from(word)[0] ?? "").join("").toUpperCase();
  return Array.from(trimmed).slice(0, 2).join("");
}

/** The letter that stands for a company: places and brackets in front say little. */
export function companyLetter(name: string): string {
  const chars = Array.from(name.replace(/^[（(【\s]+/, ""));
  return (chars[0] ?? "·").toUpperCase();
}

/** A stable small number from a text, for tints. */
export function tint(text: string, count: number): number {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % count;
}
