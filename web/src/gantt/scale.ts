// Days as places on a line, and what is written above them.
import { addDays, addMonths, sameDay, startOfDay, startOfWeek } from "@/calendar/dates";
import type { Lang } from "@/lib/format";

export type Zoom = "day" | "week" | "month" | "quarter";
export const ZOOMS: Zoom[] = ["day", "week", "month", "quarter"];
export const DAY_PX: Record<Zoom, number> = { day: 36, week: 16, month: 5, quarter: 2 };
export interface Tick { x: number; width: number; label: string; kind: "" | "rest" | "today" }
export interface Axis { upper: Tick[]; lower: Tick[] }
export interface Scale { zoom: Zoom; from: Date; days: number; px: number; width: number }
const DAY = 86_400_000;
const MOST_YEARS = 4;

/** Days from a to b by the calendar, with the part of the day: summer time moves nothing. */
export function daysBetween(a: Date, b: Date): number {
  const utc = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes());
  return (utc(b) - utc(a)) / DAY;
}
const quarterStart = (date: Date): Date => new Date(date.getFullYear(), date.getMonth() - (date.getMonth() % 3), 1);

/** From before the first to after the last, today always inside, and never endless. */
export function scaleOf(zoom: Zoom, bars: { start: Date; end: Date }[], now: Date, room: number): Scale {
  const today = startOfDay(now);
  let first = today;
  let last = today;
  for (const bar of bars) {
    if (bar.start < first) first = bar.start;
    if (bar.end > last) last = bar.end;
  }
  const earliest = addMonths(today, -12 * MOST_YEARS);
  const latest = addMonths(today, 12 * MOST_YEARS);
  const px = DAY_PX[zoom];
  const pad = Math.ceil(240 / px);
  const begin = addDays(startOfDay(first < earliest ? earliest : first), -pad);
  const from = zoom === "quarter" ? quarterStart(begin) : zoom === "month" ? new Date(begin.getFullYear(), begin.getMonth(), 1) : begin;
  const days = Math.max(Math.ceil(daysBetween(from, last > latest ? latest : last)) + pad, Math.ceil(room / px));
  return { zoom, from, days, px, width: days * px };
}
export function xOf(scale: Scale, date: Date): number {
  return daysBetween(scale.from, date) * scale.px;
}
export function dateAt(scale: Scale, x: number): Date {
  return addDays(scale.from, Math.floor(x / scale.px));
}

/** The names of the days between two places only: a plan of years has thousands. */
export function axisOf(scale: Scale, left: number, right: number, now: Date, lang: Lang, weekStart: number): Axis {
  const first = dateAt(scale, Math.max(0, left));
  const last = dateAt(scale, Math.min(scale.width, right) + scale.px);
  const name = (date: Date, options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(lang, options).format(date);
  const run = (start: Date, next: (date: Date) => Date, label: (date: Date) => string, kind: (date: Date, until: Date) => Tick["kind"] = () => ""): Tick[] => {
    const ticks: Tick[] = [];
    for (let date = start; date < last && ticks.length < 400; date = next(date)) {
      const until = next(date);
      const x = xOf(scale, date);
      ticks.push({ x, width: xOf(scale, until) - x, label: label(date), kind: kind(date, until) });
    }
    return ticks;
  };
  const month = new Date(first.getFullYear(), first.getMonth(), 1);
  const year = new Date(first.getFullYear(), 0, 1);
  const months = (): Tick[] => run(month, (date) => addMonths(date, 1), (date) => name(date, { year: "numeric", month: "short" }));
  const years = (): Tick[] => run(year, (date) => addMonths(date, 12), (date) => (lang === "zh-CN" ? `${date.getFullYear()}年` : String(date.getFullYear())));
  const holds = (date: Date, until: Date): Tick["kind"] => (now >= date && now < until ? "today" : "");
  switch (scale.zoom) {
    case "day": return { upper: months(), lower: run(first, (date) => addDays(date, 1), (date) => String(date.getDate()), (date) => (sameDay(date, now) ? "today" : date.getDay() === 0 || date.getDay() === 6 ? "rest" : "")) };
    case "week": return { upper: months(), lower: run(startOfWeek(first, weekStart), (date) => addDays(date, 7), (date) => `${date.getMonth() + 1}/${date.getDate()}`, holds) };
    case "month": return { upper: years(), lower: run(month, (date) => addMonths(date, 1), (date) => name(date, { month: "short" }), holds) };
    default: return { upper: years(), lower: run(quarterStart(first), (date) => addMonths(date, 3), (date) => `Q${Math.floor(date.getMonth() / 3) + 1}`, holds) };
  }
}
