import { describe, expect, it } from "vitest";
import { eventsOf, stageDays } from "./history";

const user = { id: 1, name: "陈知远" };
const items = [
  { id: 14, version: 4, at: "2026-03-11T00:00:00Z", user, changes: [{ field: "stage", from: "a", to: "c" }] },
  { id: 13, version: 3, at: "2026-03-06T00:00:00Z", user, changes: [{ field: "stage", from: "b", to: "a" }, { field: "amount", from: 1, to: 2 }] },
  { id: 12, version: 2, at: "2026-03-03T12:00:00Z", user, changes: [{ field: "stage", from: "a", to: "b" }] },
  { id: 11, version: 1, at: "2026-03-01T00:00:00Z", user, changes: [] },
];

describe("history of a field", () => {
  it("keeps the changes of that field, newest first", () => {
    expect(eventsOf(items, "amount")).toEqual([{ id: 13, via: null, version: 3, at: "2026-03-06T00:00:00Z", user, from: 1, to: 2 }]);
    expect(eventsOf(items, "stage").map((event) => event.version)).toEqual([4, 3, 2]);
  });
  it("adds up the stays in each stage that was left", () => {
    const days = stageDays(eventsOf(items, "stage"), "2026-03-01T00:00:00Z");
    expect(Object.fromEntries(days)).toEqual({ a: 7.5, b: 2.5 });
    expect(stageDays([], "2026-03-01T00:00:00Z").size).toBe(0);
  });
});
