import { describe, expect, it } from "vitest";
import { axisOf, dateAt, daysBetween, scaleOf, xOf } from "./scale";

const now = new Date("2026-11-22T12:00:00");
const bar = (start: string, end: string): { start: Date; end: Date } => ({ start: new Date(`${start}T00:00:00`), end: new Date(`${end}T00:00:00`) });

describe("the line of days", () => {
  it("counts days by the calendar", () => {
    expect(daysBetween(new Date("2026-03-28T00:00:00"), new Date("2026-03-30T00:00:00"))).toBe(2);
    expect(daysBetween(new Date("2026-11-22T00:00:00"), now)).toBe(0.5);
  });
  it("holds everything and today, but no century", () => {
    const scale = scaleOf("day", [bar("2026-10-01", "2026-10-20")], now, 800);
    expect(scale.from <= new Date("2026-10-01T00:00:00")).toBe(true);
    expect(xOf(scale, now)).toBeLessThan(scale.width);
    expect(scaleOf("day", [bar("1970-01-01", "2999-01-01")], now, 800).days).toBeLessThan(9 * 366);
  });
  it("fills the window where there is little to show", () => {
    expect(scaleOf("quarter", [], now, 1200).width).toBeGreaterThanOrEqual(1200);
  });
  it("goes from places to days and back", () => {
    const scale = scaleOf("week", [bar("2026-11-01", "2026-12-01")], now, 800);
    const day = new Date("2026-11-10T00:00:00");
    expect(dateAt(scale, xOf(scale, day) + 3)).toEqual(day);
  });
});

describe("what stands above it", () => {
  it("names days, weeks, months and quarters, only those seen", () => {
    const seen = (zoom: "day" | "week" | "month" | "quarter"): string[] => {
      const scale = scaleOf(zoom, [bar("2026-01-01", "2027-06-01")], now, 800);
      const x = xOf(scale, new Date("2026-11-20T00:00:00"));
      const axis = axisOf(scale, x, x + 100, now, "en", 1);
      expect(axis.lower.length).toBeLessThan(10);
      return [axis.upper[0]?.label ?? "", axis.lower[0]?.label ?? ""];
    };
    expect(seen("day")).toEqual(["Nov 2026", "20"]);
    expect(seen("week")).toEqual(["Nov 2026", "11/16"]);
    expect(seen("month")).toEqual(["2026", "Nov"]);
    expect(seen("quarter")).toEqual(["2026", "Q4"]);
  });
  it("marks today and days of rest", () => {
    const scale = scaleOf("day", [], now, 800);
    const x = xOf(scale, new Date("2026-11-20T00:00:00"));
    expect(axisOf(scale, x, x + 100, now, "zh-CN", 1).lower.slice(0, 3).map((tick) => tick.kind)).toEqual(["", "rest", "today"]);
  });
});
