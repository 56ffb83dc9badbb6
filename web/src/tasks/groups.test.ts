import { describe, expect, it } from "vitest";
import type { ObjectDef, RecordData } from "@/meta/types";
import { progress, readChecklist, writeChecklist } from "./checklist";
import { groupOf, groupTasks } from "./groups";

const object: ObjectDef = {
  id: 17, name: "task", label: "Task", stage: "status", rights: { read: true, create: true, update: true, delete: true },
  fields: [{ id: 1, name: "status", type: "choice", label: "", options: [{ key: "open", label: "", outcome: "open" }, { key: "done", label: "", outcome: "won" }] }],
};
// a Wednesday at noon
const now = new Date("2026-11-18T12:00:00");
const task = (id: number, due: string | null, more: Partial<RecordData> = {}): RecordData => ({ id, version: 1, status: "open", due_at: due && new Date(due).toISOString(), ...more } as RecordData);

describe("groups of tasks", () => {
  it.each([["2026-11-17T09:00:00", "overdue"], ["2026-11-18T09:00:00", "overdue"], ["2026-11-18T18:00:00", "today"], ["2026-11-22T18:00:00", "week"], ["2026-11-23T18:00:00", "later"], [null, "none"]])("%s is %s", (due, key) => {
    expect(groupOf(object, task(1, due), now, 1)).toBe(key);
  });
  it("ends the week where the organisation ends it", () => {
    expect(groupOf(object, task(1, "2026-11-22T18:00:00"), now, 0)).toBe("later");
  });
  it("puts the more urgent first and holds what has just changed", () => {
    const records = [task(1, "2026-11-18T18:00:00", { priority: "low" }), task(2, "2026-11-18T18:00:00", { priority: "urgent" }), task(3, null, { status: "done" })];
    expect(groupTasks(object, records, now, 1).map((group) => [group.key, group.records.map((record) => record.id)])).toEqual([["today", [2, 1]], ["done", [3]]]);
    expect(groupTasks(object, records, now, 1, new Map([[3, "none"]])).map((group) => group.key)).toEqual(["today", "none"]);
  });
});

describe("checklists", () => {
  it("reads what was written, and nothing else", () => {
    expect(readChecklist([{ text: "a", done: true }, "b", 3, { done: true }])).toEqual([{ text: "a", done: true }, { text: "b", done: false }]);
    expect(readChecklist(null)).toEqual([]);
    expect(writeChecklist([{ text: " a ", done: true }, { text: " ", done: false }])).toEqual([{ text: "a", done: true }]);
    expect(writeChecklist([])).toBeNull();
    expect(progress([{ text: "a", done: true }, { text: "b", done: false }])).toBe("1/2");
  });
});
