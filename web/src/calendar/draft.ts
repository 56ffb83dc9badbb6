// An event while it is being written: what the quick form holds, and what goes out.
import { asNumber, asRecordRef, asRef, asText, type RecordData, type RecordRef, type Ref, type Values } from "@/meta/types";
import { addDays, endOfDays, HOUR, startOfDay, toWireTime } from "./dates";
import type { Moved } from "./items";

export interface EventDraft {
  title: string;
  kind: string;
  start: Date;
  end: Date;
  allDay: boolean;
  location: string;
  description: string;
  participants: Ref[];
  target: RecordRef | null;
  remind: number | null;
}

export function newDraft(span: Moved, kind: string): EventDraft {
  return { title: "", kind, start: span.start, end: span.end, allDay: span.allDay, location: "", description: "", participants: [], target: null, remind: null };
}
export function draftOf(record: RecordData, kind: string): EventDraft {
  const start = new Date(asText(record.start_at));
  const end = new Date(asText(record.end_at) || start.getTime() + HOUR);
  const allDay = record.all_day === true;
  return {
    title: asText(record.title) || asText(record.name), kind: asText(record.kind) || kind, allDay, start: allDay ? startOfDay(start) : start, end: allDay ? endOfDays(end) : end,
    location: asText(record.location), description: asText(record.description), participants: Array.isArray(record.participants) ? record.participants.flatMap((each) => asRef(each) ?? []) : [],
    target: asRecordRef(record.target), remind: asNumber(record.remind_minutes),
  };
}
export function valuesOf(draft: EventDraft): Values {
  const end = draft.allDay && draft.end <= draft.start ? addDays(draft.start, 1) : draft.end;
  return {
    title: draft.title.trim(), kind: draft.kind, start_at: toWireTime(draft.start), end_at: toWireTime(end), all_day: draft.allDay, location: draft.location.trim() || null, description: draft.description.trim() || null,
    participants: draft.participants.map((each) => each.id), target: draft.target ? { object: draft.target.object, id: draft.target.id } : null, remind_minutes: draft.remind,
  };
}
/** Only what differs: an edit must not overwrite what somebody else changed beside it. */
export function changed(before: EventDraft, after: EventDraft): Values {
  const old = valuesOf(before);
  return Object.fromEntries(Object.entries(valuesOf(after)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name])));
}
/** Moving the start takes the end along. */
export function withStart(draft: EventDraft, start: Date): EventDraft {
  return { ...draft, start, end: new Date(start.getTime() + Math.max(draft.end.getTime() - draft.start.getTime(), 0)) };
}
