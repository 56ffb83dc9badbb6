import { describe, expect, it } from "vitest";
import type { FieldDef, ObjectDef } from "@/meta/types";
import { composerKinds, eventTimes, valuesOf } from "./composerKinds";

const rights = { read: true, create: true, update: true, delete: true };
let last = 0;
const item = (name: string, type: FieldDef["type"], more: Partial<FieldDef> = {}): FieldDef => ({ id: ++last, name, type, label: name, ...more });
const objects: Record<string, ObjectDef> = {
  activity: { id: 16, name: "activity", label: "跟进", rights, fields: [item("name", "text", { required: true }), item("type", "choice", { options: [{ key: "call", label: "电话" }, { key: "note", label: "记录" }, { key: "other", label: "其他" }, { key: "demo", label: "演示" }] }), item("content", "long_text", { required: true }), item("next_at", "datetime"), item("contact", "reference", { target: "contact" }), item("duration_minutes", "integer"), item("attachment", "file")] },
  task: { id: 17, name: "task", label: "任务", rights, fields: [item("title", "text", { required: true }), item("due_at", "datetime"), item("description", "long_text")] },
  comment: { id: 21, name: "comment", label: "评论", rights, fields: [item("content", "long_text", { required: true }), item("mentions", "multi_reference", { target: "user" })] },
  event: { id: 23, name: "event", label: "日程", rights: { ...rights, create: false }, fields: [] },
};
const kinds = composerKinds((name) => objects[name], "customer");
const kind = (key: string) => kinds.find((candidate) => candidate.key === key)!;
const target = { object: "customer", id: 7, name: "宏岱" };

describe("what can be written", () => {
  it("is what may be created, shipped types first, with what belongs to each", () => {
    expect(kinds.map((candidate) => candidate.key)).toEqual(["note", "call", "demo", "task", "comment"]);
    expect(kind("call").extras.map((extra) => extra.name)).toEqual(["next_at", "contact", "duration_minutes"]);
    expect(composerKinds((name) => objects[name], "contact")[0]?.extras.map((extra) => extra.name)).toEqual(["next_at"]);
  });
  it("becomes a follow-up with its type, its time and its first file", () => {
    const file = { id: 3, name: "a.png", size: 1, type: "image/png" };
    expect(valuesOf(kind("call"), objects.activity!, target, { text: " 谈好了 ", extras: { next_at: "2026-11-23T02:00:00Z", contact: null, due_at: "x" }, people: [], files: [file] }, "2026-11-22T10:00:00Z"))
      .toEqual({ target, type: "call", content: "谈好了", at: "2026-11-22T10:00:00Z", next_at: "2026-11-23T02:00:00Z", attachment: file });
  });
  it("becomes a task with a title and a description", () => {
    expect(valuesOf(kind("task"), objects.task!, target, { text: "寄样\n用顺丰", extras: {}, people: [], files: [] }, "")).toEqual({ target, title: "寄样", description: "用顺丰" });
  });
  it("becomes a comment that names those who are still in the text", () => {
    const people = [{ id: 1, name: "顾明远" }, { id: 3, name: "陈知远" }];
    expect(valuesOf(kind("comment"), objects.comment!, target, { text: "@陈知远 看看", extras: {}, people, files: [] }, "")).toEqual({ target, content: "@陈知远 看看", mentions: [{ id: 3, name: "陈知远" }] });
  });
  it("proposes the next full hour for an event", () => {
    expect(eventTimes(new Date("2026-11-22T10:17:08Z"))).toEqual({ start_at: "2026-11-22T11:00:00Z", end_at: "2026-11-22T12:00:00Z" });
  });
});
