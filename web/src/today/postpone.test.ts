import { describe, expect, it } from "vitest";
import { postponements } from "./postpone";

const local = (text: string): string => { const date = new Date(text); return `${date.getMonth() + 1}-${date.getDate()} ${date.getHours()}:${date.getMinutes()}`; };

describe("putting off", () => {
  it("keeps the hour and says next Monday", () => {
    const wednesday = new Date(2026, 10, 18, 9, 0);
    expect(postponements(new Date(2026, 10, 17, 14, 30).toISOString(), wednesday).map((option) => `${option.key} ${local(option.at)}`)).toEqual(["tomorrow 11-19 14:30", "inThree 11-21 14:30", "monday 11-23 14:30", "week 11-25 14:30"]);
  });
  it("says one day once: on a Sunday tomorrow is Monday", () => {
    expect(postponements("", new Date(2026, 10, 22, 9, 0)).map((option) => option.key)).toEqual(["tomorrow", "inThree", "week"]);
  });
});
