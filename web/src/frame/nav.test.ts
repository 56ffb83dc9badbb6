import { describe, expect, it } from "vitest";
import { arranged } from "./nav";

const entries = ["today", "calendar", "o:lead", "o:customer", "reports"].map((key) => ({ key }));

describe("order of the navigation", () => {
  it("is the usual one where nobody chose", () => {
    expect(arranged(entries, []).map((entry) => entry.key)).toEqual(["today", "calendar", "o:lead", "o:customer", "reports"]);
  });
  it("puts what was chosen first and what is new at the end", () => {
    expect(arranged(entries, ["o:customer", "gone", "today"]).map((entry) => entry.key)).toEqual(["o:customer", "today", "calendar", "o:lead", "reports"]);
  });
});
