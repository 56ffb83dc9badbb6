import { describe, expect, it } from "vitest";
import type { TimelineItem } from "@/lib/api";
import type { RecordData } from "@/meta/types";
import { byDay, countKinds, entryKey, entryKind, entryRecord, isShadow, matches, withoutDoubles } from "./timeline";

const user = { id: 3, name: "陈知远" };
const record = (values: Partial<RecordData>): RecordData => ({ id: 9, version: 1, ...values }) as RecordData;
const call: TimelineItem = { kind: "activity", at: "2026-11-22T02:00:00Z", user, activity: record({ type: "call", content: "密封等级" }) };
const comment: TimelineItem = { kind: "comment", at: "2026-11-21T02:00:00Z", user, comment: record({ content: "收到", mentions: [{ id: 1, name: "顾明远" }] }) };
const change: TimelineItem = { kind: "change", at: "2026-11-21T01:00:00Z", user, changes: [{ field: "owner", from: null, to: { id: 4, name: "林若溪" } }] };
const shadow: TimelineItem = { kind: "change", at: "2026-11-21T01:00:00Z", user, changes: [{ field: "last_followed_at", from: null, to: "x" }] };

describe("the timeline", () => {
  it("knows entries by kind and type, later kinds too", () => {
    expect([call, comment, change].map(entryKind)).toEqual(["activity.call", "comment", "change"]);
    const sample = { kind: "ticket", at: "", user, ticket: record({ id: 4 }) } as unknown as TimelineItem;
    expect([entryRecord(sample)?.id, entryKey(sample)]).toEqual([4, "ticket:4"]);
    expect(countKinds([change, comment, call, call, sample]).map((item) => `${item.key} ${item.n}`)).toEqual(["activity.call 2", "comment 1", "ticket 1", "change 1"]);
  });
  it("leaves out what a follow-up did to its record by itself", () => {
    expect([isShadow(shadow), isShadow(change), isShadow(call), isShadow({ ...change, changes: [] })]).toEqual([true, false, false, false]);
  });
  it("leaves out what a movement of a pool changed, and what the pools count", () => {
    const moved = { ...change, changes: [{ field: "owner", from: null, to: { id: 4, name: "林若溪" } }, { field: "pool", from: { id: 1, name: "华东公海" }, to: null }] };
    const counted = { ...change, changes: [{ field: "recycle_at", from: null, to: "2026-12-05" }, { field: "clock_at", from: null, to: "x" }] };
    expect([isShadow(moved), isShadow(counted), isShadow({ ...change, changes: [{ field: "in_pool", from: true, to: false }] })]).toEqual([true, true, true]);
    const movement: TimelineItem = { kind: "pool_movement", at: "2026-11-22T02:00:00Z", user, pool_movement: record({ kind: "release", reason: "客户暂停采购" }) };
    expect([entryKind(movement), entryKey(movement), matches(movement, "暂停采购")]).toEqual(["pool_movement", "pool_movement:9", true]);
  });
  it("tells a change of stage once, and not where the record began", () => {
    const at = "2026-11-22T08:00:00Z";
    const staged = (from: string | null, to: string): TimelineItem => ({ kind: "stage_change", at, user, stage_change: record({ id: 1, from, to }) }) as unknown as TimelineItem;
    const change = (...fields: string[]): TimelineItem => ({ kind: "change", at, user, changes: fields.map((name) => ({ field: name, from: 1, to: 2 })) }) as unknown as TimelineItem;
    expect(withoutDoubles([staged("a", "b"), change("stage", "probability")]).map((item) => item.kind)).toEqual(["stage_change"]);
    expect(withoutDoubles([staged("a", "b"), change("stage", "amount", "stage_due")])[1]?.changes?.map((item) => item.field)).toEqual(["amount"]);
    expect(withoutDoubles([staged(null, "a"), staged("a", "a")])).toEqual([]);
    expect(withoutDoubles([change("stage")])).toHaveLength(1);
  });
  it("searches words, names and changes", () => {
    expect([matches(call, "密封"), matches(comment, "顾明"), matches(change, "林若溪"), matches(call, "没有"), matches(call, " ")]).toEqual([true, true, true, false, true]);
  });
  it("groups by day", () => {
    const days = byDay([call, comment, change], new Date("2026-11-22T10:00:00"), "zh-CN");
    expect(days.map((day) => day.items.length)).toEqual([1, 2]);
    expect(days[0]?.day).toBe("今天");
  });
});
