import { describe, expect, it } from "vitest";
import { avatarText, companyLetter, currencySign, dayDistance, daysLate, dueState, formatCount, formatDay, formatExact, formatMoney, formatPercent, formatSize, formatWhen, isoDate, parseDate, shortMoney, shortNumber, tint } from "./format";

const now = new Date(2026, 10, 22, 15, 30);
const local = (day: number, hour = 9, minute = 0): string => new Date(2026, 10, day, hour, minute).toISOString();

describe("amounts", () => {
  it("separates thousands and keeps decimals only where there are some", () => {
    expect(formatMoney(1860000, "zh-CN")).toBe("1,860,000");
    expect(formatMoney(187600.5, "zh-CN")).toBe("187,600.50");
    expect(formatMoney(-3, "en")).toBe("-3");
  });
  it("shortens to 万 and 亿 in Chinese", () => {
    expect(shortMoney(9800, "zh-CN")).toBe("¥9,800");
    expect(shortMoney(10000, "zh-CN")).toBe("¥1.0万");
    expect(shortMoney(1860000, "zh-CN")).toBe("¥186.0万");
    expect(shortMoney(13310000, "zh-CN")).toBe("¥1,331万");
    expect(shortMoney(234567890, "zh-CN")).toBe("¥2.35亿");
    expect(shortMoney(-640000, "zh-CN")).toBe("−¥64.0万");
    expect(shortMoney(0, "zh-CN")).toBe("¥0");
  });
  it("shortens to K, M and B in English", () => {
    expect(shortNumber(1860000, "en")).toEqual({ number: "1.9", unit: "M" });
    expect(shortNumber(2_000_000_000, "en")).toEqual({ number: "2.0", unit: "B" });
    expect(shortNumber(950, "en")).toEqual({ number: "950", unit: "" });
  });
  it("knows the usual signs", () => {
    expect(currencySign("USD")).toBe("$");
    expect(currencySign(null)).toBe("¥");
    expect(currencySign("CHF")).toBe("CHF ");
  });
  it("writes percent, capped counts and sizes", () => {
    expect(formatPercent(0.155, "zh-CN")).toBe("15.5%");
    expect(formatPercent(0.3173, "zh-CN", 0)).toBe("32%");
    expect(formatCount(10000, false, "zh-CN")).toBe("10,000+");
    expect(formatCount(128, true, "zh-CN")).toBe("128");
    expect(formatSize(2048)).toBe("2 KB");
    expect(formatSize(3_500_000)).toBe("3.3 MB");
  });
});

describe("dates", () => {
  it("says near days in words, with the hour", () => {
    expect(formatWhen(local(22, 14), now, "zh-CN")).toBe("今天 14:00");
    expect(formatWhen(local(21, 14, 20), now, "zh-CN")).toBe("昨天 14:20");
    expect(formatWhen(local(23, 9, 30), now, "en")).toBe("Tomorrow 09:30");
    expect(formatWhen("2026-11-24", now, "zh-CN")).toBe("后天");
  });
  it("says far days by number, with the year only when it differs", () => {
    expect(formatWhen(local(14), now, "zh-CN")).toBe("11-14");
    expect(formatDay(new Date(2025, 10, 14), now, "zh-CN")).toBe("2025-11-14");
    expect(formatDay(new Date(2025, 10, 14), now, "en")).toBe("Nov 14, 2025");
  });
  it("reads a plain date as that day here, whatever the zone", () => {
    expect(isoDate(parseDate("2026-11-22") ?? now)).toBe("2026-11-22");
    expect(parseDate("soon")).toBeNull();
    expect(formatExact("2026-11-22")).toBe("2026-11-22");
  });
  it("counts calendar days, not hours", () => {
    expect(dayDistance(new Date(2026, 10, 23, 0, 1), new Date(2026, 10, 22, 23, 59))).toBe(1);
    expect(dayDistance(new Date(2026, 10, 22, 23, 59), new Date(2026, 10, 22, 0, 1))).toBe(0);
  });
  it("tells late, today and planned", () => {
    expect(dueState(local(20), now)).toBe("late");
    expect(dueState(local(22, 14), now)).toBe("late");
    expect(dueState(local(22, 18), now)).toBe("today");
    expect(dueState("2026-11-22", now)).toBe("today");
    expect(dueState(local(25), now)).toBe("plan");
    expect(dueState("", now)).toBeNull();
    expect(daysLate(local(20), now)).toBe(2);
    expect(daysLate(local(25), now)).toBe(0);
  });
});

describe("people and companies", () => {
  it("takes the last two characters of a Chinese name and the initials of a Latin one", () => {
    expect(avatarText("陈知远")).toBe("知远");
    expect(avatarText("欧阳·娜娜")).toBe("娜娜");
    expect(avatarText("Grace Hopper")).toBe("GH");
    expect(avatarText("admin")).toBe("ad");
  });
  it("takes a company's first letter past brackets, and a stable tint", () => {
    expect(companyLetter("（苏州）恒鼎")).toBe("苏");
    expect(companyLetter("acme")).toBe("A");
    expect(companyLetter("")).toBe("·");
    expect(tint("宏岱", 5)).toBe(tint("宏岱", 5));
    expect(tint("宏岱", 5)).toBeLessThan(5);
  });
});
