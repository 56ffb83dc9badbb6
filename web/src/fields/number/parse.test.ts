import { describe, expect, it } from "vitest";
import { parseFigure } from "./parse";

const value = (text: string, percent = false): unknown => { const parsed = parseFigure(text, percent); return parsed.ok ? parsed.value : "refused"; };

describe("parseFigure", () => {
  it("takes separators, full width and currency signs", () => {
    expect(value("1,860,000")).toBe(1860000);
    expect(value("１，２００．５０")).toBe("1200.50");
    expect(value("¥ 300")).toBe(300);
    expect(value("")).toBeNull();
  });
  it("takes 万 and 亿 without losing a decimal", () => {
    expect(value("128.5万")).toBe(1285000);
    expect(value("1.2345亿")).toBe(123450000);
    expect(value("0.00001万")).toBe(0.1);
  });
  it("reads percent as a fraction, with or without the sign", () => {
    expect(value("15", true)).toBe(0.15);
    expect(value("15.5%", true)).toBe(0.155);
    expect(value("-3", true)).toBe(-0.03);
    expect(value("5%")).toBe("refused");
  });
  it("keeps long figures as text so that nothing is rounded", () => {
    expect(value("12345678901234567890.12")).toBe("12345678901234567890.12");
  });
  it("refuses what is not a figure", () => {
    expect(value("about 5")).toBe("refused");
    expect(value("1.2.3")).toBe("refused");
  });
});
