import { describe, expect, it } from "vitest";
import { changes, draftOf, move, nameFrom, tidy, words } from "./draft";
import type { Definition } from "./types";

const definition: Definition = {
  name: "customer", label: { "zh-CN": "客户", en: "Customer" }, fields: [], layout: { header: [], sections: [{ label: { en: "Basics" }, fields: ["name"] }], related: [] },
};

describe("draft", () => {
  it("sends only what differs", () => {
    const before = draftOf(definition), after = draftOf(definition);
    expect(changes(before, after)).toEqual({});
    after.layout.sections[0]?.fields.push("phone");
    expect(changes(before, after)).toEqual({ layout: { header: [], sections: [{ label: { en: "Basics" }, fields: ["name", "phone"] }], related: [] } });
  });
  it("leaves out what is empty", () => {
    expect(tidy({ when: "", roles: [], fields: [], label: { "zh-CN": "甲", en: "" }, n: 0, no: false })).toEqual({ fields: [], label: { "zh-CN": "甲" }, n: 0, no: false });
  });
  it("makes names that are free", () => {
    expect([nameFrom("Sample cost!", "field", []), nameFrom("费用", "field", ["field_1"]), nameFrom("cost", "field", ["cost", "cost_2"]), nameFrom("3D", "field", [])]).toEqual(["sample_cost", "field_2", "cost_3", "d"]);
  });
  it("moves within a list and between two", () => {
    const a = [1, 2, 3], b = [9];
    move(a, 0, a, 2);
    expect(a).toEqual([2, 3, 1]);
    move(a, 0, b, 0);
    expect([a, b]).toEqual([[3, 1], [2, 9]]);
  });
  it("speaks the other language where one is missing", () => {
    expect([words({ en: "A" }, "zh-CN"), words({ "zh-CN": "甲", en: "" }, "en"), words(undefined, "en")]).toEqual(["A", "甲", ""]);
  });
});
