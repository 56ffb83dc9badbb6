import { describe, expect, it } from "vitest";
import { reasons, slips } from "./risks";

const now = new Date(2026, 10, 22, 9, 0);
const at = (day: number): string => new Date(2026, 10, day, 9).toISOString();

describe("deals at risk", () => {
  it("names a passed date, silence and a missing next step", () => {
    const found = reasons({ id: 1, version: 1, close_date: "2026-11-12", last_followed_at: at(1), next_follow_up: null, created_at: at(-60) }, now);
    expect(found).toEqual([{ kind: "passed", days: 10 }, { kind: "silent", days: 21 }, { kind: "noNext" }]);
  });
  it("finds nothing wrong with a deal that moves", () => {
    expect(reasons({ id: 1, version: 1, close_date: "2026-12-12", last_followed_at: at(20), next_follow_up: at(25), created_at: at(1) }, now)).toEqual([]);
  });
  it("counts only dates that were put off, and only lately", () => {
    const change = (from: string, to: string, when: string) => ({ at: when, changes: [{ field: "close_date", from, to }] });
    expect(slips([change("2026-11-01", "2026-12-01", at(10)), change("2026-12-01", "2026-11-20", at(12)), change("2026-01-01", "2026-11-01", "2026-01-05T00:00:00Z")], now)).toEqual({ times: 1, days: 30 });
  });
});
