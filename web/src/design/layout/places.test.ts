import { describe, expect, it } from "vitest";
import type { DesignLayout } from "../types";
import { moveBy } from "./places";

const layout = (): DesignLayout => ({ header: [], related: [], sections: [{ label: {}, fields: ["a", "b"] }, { label: {}, fields: ["c"] }] });

describe("moveBy", () => {
  it("moves a field within its section and over its edges", () => {
    const one = layout();
    expect(moveBy(one, { section: 0, field: 0 }, 1)).toEqual({ section: 0, field: 1 });
    expect(moveBy(one, { section: 0, field: 1 }, 1)).toEqual({ section: 1, field: 0 });
    expect(one.sections.map((section) => section.fields)).toEqual([["b"], ["a", "c"]]);
    expect(moveBy(one, { section: 1, field: 0 }, -1)).toEqual({ section: 0, field: 1 });
    expect(moveBy(one, { section: 0, field: 0 }, -1)).toEqual({ section: 0, field: 0 });
  });
  it("moves sections", () => {
    const one = layout();
    expect(moveBy(one, { section: 0 }, 1)).toEqual({ section: 1 });
    expect(one.sections[1]?.fields).toEqual(["a", "b"]);
    expect(moveBy(one, { section: 1 }, 1)).toEqual({ section: 1 });
  });
});
