import { describe, expect, it } from "vitest";
import type { RecordData } from "@/meta/types";
import { colliding, decided, sameValue, toWire } from "./save";

const before: RecordData = { id: 1, version: 3, name: "宏岱", phone: "1", owner: { id: 3, name: "陈知远" }, tags: ["a"] };

describe("merging by field", () => {
  it("asks only about fields that both changed, to different values", () => {
    const theirs: RecordData = { ...before, version: 4, phone: "2", name: "宏岱科技" };
    expect(colliding(before, { phone: "3" }, theirs)).toEqual(["phone"]);
    expect(colliding(before, { phone: "2" }, theirs)).toEqual([]);
    expect(colliding(before, { tags: ["b"] }, theirs)).toEqual([]);
  });
  it("compares references by id and empties as equal", () => {
    expect(sameValue({ id: 3, name: "陈知远" }, { id: 3, name: null })).toBe(true);
    expect(sameValue({ object: "lead", id: 3 }, { object: "customer", id: 3 })).toBe(false);
    expect(sameValue("", null)).toBe(true);
    expect(sameValue(undefined, null)).toBe(true);
    expect(sameValue(["a"], ["a", "b"])).toBe(false);
  });
});

describe("what was decided", () => {
  it("saves mine and what was before, never theirs, and all that did not collide", () => {
    const mine = { phone: "3", name: "新", tags: ["b"], email: "e" };
    expect(decided(mine, before, ["phone", "name", "tags"], { phone: "mine", name: "theirs", tags: "before" })).toEqual({ phone: "3", tags: ["a"], email: "e" });
    expect(decided(mine, before, ["phone"], null)).toEqual({});
  });
});

describe("toWire", () => {
  it("sends ids, never display names", () => {
    expect(toWire({ owner: { id: 3, name: "陈知远" }, target: { object: "lead", id: 2, name: "x" }, roles: [{ id: 1, name: "销售" }], name: "a" })).toEqual({ owner: 3, target: { object: "lead", id: 2 }, roles: [1], name: "a" });
    expect(toWire({ address: { province: "浙江省", city: "杭州市" } })).toEqual({ address: { province: "浙江省", city: "杭州市" } });
  });
});
