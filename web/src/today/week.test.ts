import { describe, expect, it } from "vitest";
import { weekDays } from "./week";

describe("week", () => {
  const sunday = new Date(2026, 10, 22, 23, 30);
  it("begins on Monday, Sunday or Saturday", () => {
    expect(weekDays(sunday, 1)[0]?.getDate()).toBe(16);
    expect(weekDays(sunday, 0)[0]?.getDate()).toBe(22);
    expect(weekDays(sunday, 6)[0]?.getDate()).toBe(21);
  });
  it("has seven days", () => {
    expect(weekDays(sunday, 1).map((day) => day.getDate())).toEqual([16, 17, 18, 19, 20, 21, 22]);
  });
});
