import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/http";
import type { RecordData, Values } from "@/meta/types";
import { colliding, conflictState, decided, sameValue, saveRecord, toWire } from "./save";

// A server of one record: refuses what was prepared against another version.
const server = vi.hoisted(() => ({ record: { id: 7, version: 1 } as RecordData, busy: 0, most: 0 }));
vi.mock("@/lib/api", () => ({
  getRecord: () => Promise.resolve(server.record),
  updateRecord: async (_object: string, _id: number, values: Values, version: number) => {
    server.most = Math.max(server.most, ++server.busy);
    await Promise.resolve();
    server.busy--;
    if (version !== server.record.version) throw new ApiError(412, { current: server.record }, null);
    return (server.record = { ...server.record, ...values, version: version + 1 });
  },
}));

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

describe("saving", () => {
  it("goes one after the other, and is no conflict with itself", async () => {
    const base = (server.record = { id: 7, version: 1, name: "a", list: ["x"] });
    await Promise.all([saveRecord("task", base, { list: ["x", "y"] }), saveRecord("task", base, { list: ["x", "y", "z"] }), saveRecord("task", base, { name: "b" })]);
    expect(server).toMatchObject({ most: 1, record: { version: 4, name: "b", list: ["x", "y", "z"] } });
    expect(conflictState.current).toBeNull();
  });
  it("still asks when somebody else was between", async () => {
    const base = (server.record = { id: 8, version: 1, name: "a" });
    await saveRecord("task", base, { name: "b" });
    server.record = { ...server.record, version: 3, name: "theirs" };
    const saved = saveRecord("task", base, { name: "c" });
    await vi.waitFor(() => { expect(conflictState.current?.fields).toEqual(["name"]); });
    conflictState.current?.decide({ name: "mine" });
    expect(await saved).toMatchObject({ version: 4, name: "c" });
  });
  it("goes on after a refusal", async () => {
    const base = (server.record = { id: 9, version: 1, name: "a" });
    const refused = saveRecord("task", { ...base, version: 0 }, { name: "b" });
    server.record = { ...server.record, name: "theirs" };
    const next = saveRecord("task", base, { list: ["x"] });
    await vi.waitFor(() => { expect(conflictState.current).not.toBeNull(); });
    conflictState.current?.decide(null);
    expect(await refused).toMatchObject({ name: "theirs" });
    expect(await next).toMatchObject({ name: "theirs", list: ["x"] });
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
