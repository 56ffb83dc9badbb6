import { describe, expect, it } from "vitest";
import type { FieldDef, ObjectDef, RecordData } from "@/meta/types";
import { dateFields, dueItem, eventItem, movedValues, onDay, recordItem } from "./items";

const fieldOf = (name: string, type: FieldDef["type"]): FieldDef => ({ id: 1, name, type, label: name, access: "write" });
const objectOf = (...fields: FieldDef[]): ObjectDef => ({ id: 1, name: "thing", label: "Thing", fields, rights: { read: true, create: true, update: true, delete: true } });
const now = new Date("2026-11-22T12:00:00");
const utc = (text: string): string => new Date(text).toISOString();
const start = fieldOf("start_at", "datetime");
const end = fieldOf("end_at", "datetime");

describe("calendar items", () => {
  it("finds the dates a calendar goes by", () => {
    const deal = objectOf(fieldOf("created_at", "datetime"), fieldOf("start_date", "date"), fieldOf("close_date", "date"));
    expect(dateFields(deal, {})).toMatchObject({ start: { name: "start_date" }, end: { name: "close_date" } });
    expect(dateFields(deal, { start: "close_date" })).toMatchObject({ start: { name: "close_date" }, end: null });
    expect(dateFields(objectOf(fieldOf("name", "text")), {})).toBeNull();
  });
  it("ends whole days at the midnight after them", () => {
    const record: RecordData = { id: 1, version: 1, title: "Fair", start_at: utc("2026-11-22T00:00:00"), end_at: utc("2026-11-23T23:59:00"), all_day: true };
    expect(eventItem(objectOf(start, end), record)).toMatchObject({ allDay: true, start: new Date("2026-11-22T00:00:00"), end: new Date("2026-11-24T00:00:00") });
  });
  it("keeps the hour of what is dropped on another day, and takes the hour it is dropped on", () => {
    const due = fieldOf("due_at", "datetime");
    const item = dueItem(objectOf(due), { id: 1, version: 1, title: "Call", due_at: utc("2026-11-23T15:00:00") }, due, "task", now);
    if (!item) throw new Error("no item");
    const day = { start: new Date("2026-11-25T00:00:00"), end: new Date("2026-11-26T00:00:00"), allDay: true };
    expect(new Date(String(movedValues(item, day, { start: due, end: null }).due_at))).toEqual(new Date("2026-11-25T15:00:00"));
    expect(new Date(String(movedValues(item, { ...day, start: new Date("2026-11-25T09:30:00"), allDay: false }, { start: due, end: null }).due_at))).toEqual(new Date("2026-11-25T09:30:00"));
  });
  it("writes the last day of a span, not the one after", () => {
    const fields = { start: fieldOf("from", "date"), end: fieldOf("to", "date") };
    const item = recordItem(objectOf(fields.start, fields.end), { id: 1, version: 1, name: "x", from: "2026-11-10", to: "2026-11-12" }, fields, now);
    if (!item) throw new Error("no item");
    expect(item.end).toEqual(new Date("2026-11-13T00:00:00"));
    expect(movedValues(item, { start: item.start, end: new Date("2026-11-15T00:00:00"), allDay: true }, fields)).toEqual({ to: "2026-11-14" });
  });
  it("says what is late, and what is done is not", () => {
    const due = fieldOf("due_at", "date");
    const status: FieldDef = { ...fieldOf("status", "choice"), options: [{ key: "done", label: "", outcome: "won" }] };
    expect(dueItem(objectOf(due, status), { id: 1, version: 1, due_at: "2026-11-20" }, due, "task", now)).toMatchObject({ late: true, tone: "coral" });
    expect(dueItem(objectOf(due, status), { id: 1, version: 1, due_at: "2026-11-20", status: "done" }, due, "task", now)).toMatchObject({ late: false, done: true });
  });
  it("lists a day with whole days first", () => {
    const object = objectOf(start, end);
    const one = eventItem(object, { id: 1, version: 1, start_at: utc("2026-11-22T09:00:00"), end_at: utc("2026-11-22T10:00:00") });
    const two = eventItem(object, { id: 2, version: 1, start_at: utc("2026-11-21T00:00:00"), end_at: utc("2026-11-23T00:00:00"), all_day: true });
    if (!one || !two) throw new Error("no item");
    expect(onDay([one, two], new Date("2026-11-22T00:00:00")).map((item) => item.id)).toEqual([2, 1]);
    expect(onDay([one, two], new Date("2026-11-21T00:00:00")).map((item) => item.id)).toEqual([2]);
  });
});
