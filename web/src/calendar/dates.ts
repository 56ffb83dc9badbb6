// Days and weeks in local time. No clocks of its own: everything is told what now is.
import type { Lang } from "@/lib/format";

export type CalView = "day" | "week" | "month" | "agenda";
export interface Span { from: Date; to: Date }
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const AGENDA_DAYS = 21;

export function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
/** Calendar days later: summer time makes some of them 23 or 25 hours long. */
export function addDays(date: Date, days: number): Date {
  const next = new Date(date);
  next.setDate(next.getDate() + days);
  return next;
}
/** The same day of a later month, or its last day where there is no such day. */
export function addMonths(date: Date, months: number): Date {
  const next = new Date(date.getFullYear(), date.getMonth() + months, 1, date.getHours(), date.getMinutes());
  const last = new Date(next.getFullYear(), next.getMonth() + 1, 0).getDate();
  next.setDate(Math.min(date.getDate(), last));
  return next;
}
export function startOfWeek(date: Date, weekStart: number): Date {
  const day = startOfDay(date);
  return addDays(day, -((day.getDay() - weekStart + 7) % 7));
}
export function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}
export function isMidnight(date: Date): boolean {
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
}
/** The first midnight at or after a moment: where an event that lasts whole days ends. */
export function endOfDays(date: Date): Date {
  return isMidnight(date) ? startOfDay(date) : addDays(startOfDay(date), 1);
}
export function toWireTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** The days a view shows. The week of a phone has three. */
export function spanOf(view: CalView, date: Date, weekStart: number, narrow = false): Span {
  const day = startOfDay(date);
  if (view === "day") return { from: day, to: addDays(day, 1) };
  if (view === "agenda") return { from: day, to: addDays(day, AGENDA_DAYS) };
  if (view === "week") {
    const from = narrow ? day : startOfWeek(day, weekStart);
    return { from, to: addDays(from, narrow ? 3 : 7) };
  }
  const first = new Date(day.getFullYear(), day.getMonth(), 1);
  const from = startOfWeek(first, weekStart);
  const next = new Date(day.getFullYear(), day.getMonth() + 1, 1);
  const rest = Math.round((next.getTime() - from.getTime()) / (24 * HOUR));
  return { from, to: addDays(from, Math.ceil(rest / 7) * 7) };
}

export function step(view: CalView, date: Date, by: number, narrow = false): Date {
  if (view === "month") return addMonths(date, by);
  return addDays(date, by * (view === "day" ? 1 : view === "agenda" ? AGENDA_DAYS : narrow ? 3 : 7));
}

/** `now`: where there is little room, the year of now is not said. */
export function titleOf(view: CalView, date: Date, span: Span, lang: Lang, now?: Date): string {
  const last = addDays(span.to, -1);
  const yearless = now?.getFullYear() === span.from.getFullYear() && now.getFullYear() === last.getFullYear();
  const day = ({ year, ...options }: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(lang, yearless && view !== "month" ? options : { ...options, year });
  if (view === "month") return day({ year: "numeric", month: "long" }).format(date);
  if (view === "day") return day({ year: "numeric", month: "long", day: "numeric", weekday: "short" }).format(date);
  if (lang === "en") return day({ year: "numeric", month: "short", day: "numeric" }).formatRange(span.from, last);
  const month = (each: Date): string => `${each.getMonth() + 1}月${each.getDate()}日`;
  const until = last.getMonth() === span.from.getMonth() ? `${last.getDate()}日` : last.getFullYear() === span.from.getFullYear() ? month(last) : `${last.getFullYear()}年${month(last)}`;
  return `${yearless ? "" : `${span.from.getFullYear()}年`}${month(span.from)} – ${until}`;
}

/** "9", "930", "14:5", "3pm", "下午3点半" as minutes of the day. */
export function parseClock(text: string): number | null {
  const match = /^(上午|早上|中午|下午|晚上)?\s*(\d{1,2})\s*(?:[:：.点时]?\s*(\d{2}|半|一刻|三刻)?)\s*分?\s*([ap]m?)?$/i.exec(text.trim());
  if (!match) return null;
  let hour = Number(match[2]);
  const part = match[3];
  const minute = part === undefined ? 0 : part === "半" ? 30 : part === "一刻" ? 15 : part === "三刻" ? 45 : Number(part);
  const half = match[4]?.toLowerCase().startsWith("p") || match[1] === "下午" || match[1] === "晚上" || (match[1] === "中午" && hour < 3);
  if (half && hour < 12) hour += 12;
  if (match[4]?.toLowerCase().startsWith("a") && hour === 12) hour = 0;
  return hour > 24 || minute > 59 || hour * 60 + minute > 1440 ? null : hour * 60 + minute;
}
export function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
export function minutesOf(date: Date): number {
  return date.getHours() * 60 + date.getMinutes();
}
export function atMinutes(day: Date, minutes: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, minutes);
}
