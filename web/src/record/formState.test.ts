import { describe, expect, it } from "vitest";
import type { FormState } from "@/lib/api";
import { formSections, sections } from "@/meta/catalog";
import type { FieldDef, ObjectDef } from "@/meta/types";
import { asksInForm, asksOnPage, changedValues, demanded, isEmpty, liveErrors, lookOf, placeErrors, shownSections } from "./formState";

const fields: FieldDef[] = [
  { id: 1, name: "name", type: "text", label: "名称", required: true }, { id: 2, name: "type", type: "choice", label: "类型" },
  { id: 3, name: "rebate", type: "percent", label: "返点" }, { id: 4, name: "total", type: "formula", label: "合计", result: "money" }, { id: 5, name: "extra", type: "text", label: "新字段" },
];
const object: ObjectDef = {
  id: 1000, name: "deal", label: "单", fields, rights: { read: true, create: true, update: true, delete: true },
  layout: { sections: [{ label: "基本", fields: ["type"] }, { label: "伙伴", fields: ["rebate", "total"], when: "type = \"partner\"" }] },
  layouts: [{ name: "short", label: "短", sections: [{ label: "一", fields: ["type"] }] }],
  rules: [{ field: "rebate", effect: "show", when: "type = \"partner\"" }],
};
const state = (change: Partial<FormState>): FormState => ({ layout: null, sections: [true, true], fields: {}, computed: {}, errors: [], ...change });

describe("what a form shows", () => {
  it("asks only where values matter", () => {
    const plain: ObjectDef = { ...object, layouts: [], rules: [], layout: { sections: [] }, fields: fields.slice(0, 3) };
    expect([asksOnPage(object), asksOnPage(plain), asksInForm(plain), asksInForm({ ...plain, validations: [{ name: "v", when: "true", message: "" }] })]).toEqual([true, false, false, true]);
  });
  it("hides what a rule shows until the answer is there, and shows everything where there is no answer", () => {
    const rebate = fields[2]!;
    expect(lookOf(object, rebate, undefined).show).toBe(false);
    expect(lookOf(object, rebate, null)).toEqual({ show: true, require: false, lock: false });
    expect(lookOf(object, rebate, state({ fields: { rebate: { show: true, require: true, lock: true } } }))).toEqual({ show: true, require: true, lock: true });
  });
  it("drops sections whose condition does not hold, by their place in the layout", () => {
    const labels = (answer: FormState | null | undefined): string[] => shownSections(object, sections(object, "更多"), answer).map((section) => section.label);
    expect(labels(state({ sections: [true, false] }))).toEqual(["基本", "更多"]);
    expect(labels(state({}))).toEqual(["基本", "伙伴", "更多"]);
    expect(labels(undefined)).toEqual(["基本", "更多"]);
    expect(labels(null)).toEqual(["基本", "伙伴", "更多"]);
  });
  it("adds to a named layout only what no layout names", () => {
    expect(sections(object, "更多", object.layouts?.[0]).map((section) => section.fields)).toEqual([["type"], ["extra"]]);
    expect(formSections(object, "更多").map((section) => section.fields)).toEqual([["name", "type"], ["rebate", "total"], ["extra"]]);
  });
  it("puts an object's own fields before what the system keeps where there is no layout", () => {
    const kept = ["owner", "created_at", "updated_at"].map((name) => ({ ...fields[0]!, name }));
    const plain: ObjectDef = { ...object, layouts: [], layout: undefined, fields: [...kept, ...fields.slice(0, 2)] };
    expect(sections(plain, "更多", undefined, "基本").map((section) => [section.label, ...section.fields])).toEqual([["基本", fields[1]!.name, "owner"], ["更多", "created_at", "updated_at"]]);
    expect(sections(plain, "更多").map((section) => section.fields)).toEqual([[fields[1]!.name, "owner", "created_at", "updated_at"]]);
  });
  it("knows what is demanded and still empty", () => {
    const answer = state({ fields: { rebate: { show: true, require: true, lock: false } } });
    expect(demanded(object, answer, { name: "a" }).map((item) => item.name)).toEqual(["rebate"]);
    expect(demanded(object, answer, { name: "a", rebate: 0 })).toEqual([]);
    expect([isEmpty(" "), isEmpty([]), isEmpty(0), isEmpty(false), isEmpty(undefined)]).toEqual([true, true, false, false, true]);
  });
});

describe("errors", () => {
  it("stand at fields that are seen, others say their label", () => {
    expect(placeErrors(object, { name: "太长", rebate: "过高", "": "不行" }, new Set(["name"]))).toEqual({ at: { name: "太长" }, loose: ["返点: 过高", "不行"] });
  });
  it("come while typing only for what was touched and is not merely empty", () => {
    const answer = state({ errors: [{ field: "name", code: "required", message: "必填" }, { field: "rebate", code: "validation", message: "过高" }, { field: "", code: "validation", message: "整体" }] });
    expect(liveErrors(answer, new Set(), false)).toEqual({});
    expect(liveErrors(answer, new Set(["name", "rebate"]), false)).toEqual({ rebate: "过高", "": "整体" });
    expect(liveErrors(answer, new Set(), true)).toEqual({ name: "必填", rebate: "过高", "": "整体" });
  });
  it("tells changes from the start, an emptied value too", () => {
    expect(changedValues({ a: 1, b: "x" }, { a: 1, b: null, c: null, d: [1] })).toEqual({ b: null, d: [1] });
  });
});
