// People named in a text: what is typed behind an @, who is found, who stands in the text in the end. Pure.
import { matchScore } from "@/lib/match";

export interface Person { id: number; name: string; detail?: string }
export interface Asked { start: number; query: string }
export interface MentionPiece { text: string; person: boolean }

const LONGEST = 20;

/** The @ that is being typed at the caret, or null: an address like a@b is none. */
export function mentionAt(text: string, caret: number): Asked | null {
  const before = text.slice(0, caret);
  const start = Math.max(before.lastIndexOf("@"), before.lastIndexOf("＠"));
  if (start < 0) return null;
  const query = before.slice(start + 1);
  if (query.length > LONGEST || /[\s@＠,，。;；:：!！?？]/.test(query)) return null;
  return start > 0 && /[A-Za-z0-9._-]/.test(before[start - 1] ?? "") ? null : { start, query };
}

export function insertMention(text: string, asked: Asked, caret: number, name: string): { text: string; caret: number } {
  const head = `${text.slice(0, asked.start)}@${name} `;
  const tail = text.slice(caret).replace(/^ /, "");
  return { text: head + tail, caret: head.length };
}

/** Best first; with nothing typed as they come. */
export function findPeople(people: Person[], query: string, limit: number): Person[] {
  if (!query) return people.slice(0, limit);
  return people.map((person) => ({ person, score: matchScore(query, person.name, person.detail ? [person.detail] : []) })).filter((item) => item.score > 0)
    .sort((a, b) => b.score - a.score).slice(0, limit).map((item) => item.person);
}

/** The text cut where people are named; the longest name wins where one begins another. */
export function mentionPieces(text: string, names: string[]): MentionPiece[] {
  const known = [...new Set(names.filter(Boolean))].sort((a, b) => b.length - a.length);
  if (!known.length) return text ? [{ text, person: false }] : [];
  const pattern = new RegExp(`[@＠](?:${known.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "g");
  const result: MentionPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) result.push({ text: text.slice(at, match.index), person: false });
    result.push({ text: match[0], person: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) result.push({ text: text.slice(at), person: false });
  return result;
}

/** Of those picked or known, who is still named. */
export function mentionedIn(text: string, people: Person[]): Person[] {
  const named = new Set(mentionPieces(text, people.map((person) => person.name)).filter((piece) => piece.person).map((piece) => piece.text.slice(1)));
  return people.filter((person, index) => named.has(person.name) && people.findIndex((other) => other.id === person.id) === index);
}
