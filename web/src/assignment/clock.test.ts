import { describe, expect, it } from "vitest";
import { clockState } from "./clock";

const now = new Date("2026-11-30T02:00:00Z");

describe("clock of the first response", () => {
  it("counts down, warns, and counts on", () => {
    expect(clockState("2026-11-30T02:30:00Z", now)).toEqual({ late: false, soon: false, minutes: 30 });
    expect(clockState("2026-11-30T02:15:00Z", now)).toEqual({ late: false, soon: true, minutes: 15 });
    expect(clockState("2026-11-30T02:00:01Z", now)).toEqual({ late: false, soon: true, minutes: 1 });
    expect(clockState("2026-11-30T01:58:30Z", now)).toEqual({ late: true, soon: false, minutes: 1 });
  });
  it("says nothing where nothing is due", () => {
    expect(clockState("", now)).toBeNull();
  });
});
