// What was typed into the quick form outlives its closing; and it goes along into the full form.
import type { Values } from "@/meta/types";
import { valuesOf, type EventDraft } from "./draft";

type Kept = Pick<EventDraft, "title" | "kind" | "location" | "description" | "participants" | "target" | "remind">;
const key = (user: number): string => `haike.draft.${user}.event.quick`;

export function keepDraft(user: number, draft: EventDraft): void {
  const { title, kind, location, description, participants, target, remind } = draft;
  const kept: Kept = { title, kind, location, description, participants, target, remind };
  if (title.trim() || location.trim() || participants.length || target) localStorage.setItem(key(user), JSON.stringify(kept));
  else localStorage.removeItem(key(user));
}
export function keptDraft(user: number): Partial<EventDraft> {
  try {
    return (JSON.parse(localStorage.getItem(key(user)) ?? "{}") as Kept | null) ?? {};
  } catch {
    return {};
  }
}
export function clearKept(user: number): void {
  localStorage.removeItem(key(user));
}
/** The full form takes up drafts by itself: it finds this one. */
export function toFullForm(user: number, draft: EventDraft): void {
  const values: Values = { ...valuesOf(draft), participants: draft.participants.map((each) => ({ id: each.id, name: each.name })), target: draft.target ? { object: draft.target.object, id: draft.target.id, name: draft.target.name ?? null } : null };
  localStorage.setItem(`haike.draft.${user}.event.`, JSON.stringify(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ""))));
  clearKept(user);
}
