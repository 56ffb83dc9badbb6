import { describe, expect, it } from "vitest";
import { addMonths, clockOf, endOfDays, parseClock, spanOf, startOfWeek, step, titleOf } from "./dates";

const day = (text: string): Date => new Date(`${text}T00:00:00`);

describe("days and weeks", () => {
  it("begins weeks on the day the organisation says", () => {
    expect(startOfWeek(day("2026-11-22"), 1)).toEqual(day("2026-11-16"));
    expect(startOfWeek(day("2026-11-22"), 0)).toEqual(day("2026-11-22"));
    expect(startOfWeek(day("2026-11-22"), 6)).toEqual(day("2026-11-21"));
  });
  it("shows whole weeks in a month", () => {
    expect(spanOf("month", day("2026-11-22"), 1)).toEqual({ from: day("2026-10-26"), to: day("2026-12-07") });
    expect(spanOf("month", day("2027-02-10"), 1)).toEqual({ from: day("2027-02-01"), to: day("2027-03-01") });
    expect(spanOf("week", day("2026-11-22"), 1)).toEqual({ from: day("2026-11-16"), to: day("2026-11-23") });
    expect(spanOf("week", day("2026-11-22"), 1, true)).toEqual({ from: day("2026-11-22"), to: day("2026-11-25") });
  });
  it("keeps to the month's end when stepping", () => {
    expect(addMonths(day("2026-01-31"), 1)).toEqual(day("2026-02-28"));
    expect(step("month", day("2026-12-31"), 2)).toEqual(day("2027-02-28"));
    expect(step("week", day("2026-11-22"), -1)).toEqual(day("2026-11-15"));
  });
  it("ends whole days at midnight", () => {
    expect(endOfDays(day("2026-11-22"))).toEqual(day("2026-11-22"));
    expect(endOfDays(new Date("2026-11-22T23:59:00"))).toEqual(day("2026-11-23"));
  });
  it("names the days shown", () => {
    const span = spanOf("week", day("2026-11-22"), 1);
    expect(titleOf("week", day("2026-11-22"), span, "zh-CN")).toBe("2026年11月16日 – 22日");
    expect(titleOf("month", day("2026-11-22"), span, "en")).toBe("November 2026");
    expect(titleOf("week", day("2026-11-22"), span, "zh-CN", day("2026-12-01"))).toBe("11月16日 – 22日");
    expect(titleOf("week", day("2026-11-22"), span, "en", day("2026-12-01")).replace(/\s/g, " ")).toBe("Nov 16 – 22");
    expect(titleOf("week", day("2026-11-22"), span, "zh-CN", day("2027-01-01"))).toBe("2026年11月16日 – 22日");
    expect(titleOf("month", day("2026-11-22"), span, "zh-CN", day("2026-12-01"))).toBe("2026年11月");
  });
});

describe("times of day", () => {
  it.each([["9", 540], ["930", 570], ["9:05", 545], ["14：30", 870], ["3pm", 900], ["12am", 0], ["下午3点半", 930], ["15点", 900], ["24:00", 1440]])("reads %s", (text, minutes) => {
    expect(parseClock(text)).toBe(minutes);
  });
  it.each(["", "soon", "25", "9:75", "-3"])("refuses %s", (text) => {
    expect(parseClock(text)).toBeNull();
  });
  it("writes them", () => {
    expect(clockOf(545)).toBe("09:05");
  });
});
