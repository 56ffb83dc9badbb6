// How commands of the palette are found: by words, by their beginning, by pinyin initials, by letters in order.
import { initials } from "./pinyin";

/** Higher is better, 0 is no match. */
export function matchScore(query: string, label: string, keywords: readonly string[] = []): number {
  const needle = query.trim().toLowerCase().replace(/\s+/g, "");
  if (!needle) return 1;
  let best = 0;
  for (const text of [label, ...keywords]) {
    const plain = text.toLowerCase().replace(/\s+/g, "");
    best = Math.max(best, scoreOne(needle, plain), scoreOne(needle, initials(text)) - 5);
  }
  return best > 0 ? best : 0;
}

function scoreOne(needle: string, text: string): number {
  if (!text) return 0;
  if (text === needle) return 100;
  if (text.startsWith(needle)) return 80;
  const at = text.indexOf(needle);
  if (at >= 0) return 60 - Math.min(at, 20);
  return needle.length >= 2 && isSubsequence(needle, text) ? 20 : 0;
}

function isSubsequence(needle: string, text: string): boolean {
  let at = 0;
  for (const char of text) if (char === needle[at]) at++;
  return at === needle.length;
}

export interface Piece { text: string; hit: boolean }

/** The parts of a name that a query names, for marking: literally, or as initials of consecutive characters. */
export function pieces(query: string, name: string): Piece[] {
  const needle = query.trim().toLowerCase();
  if (!needle) return [{ text: name, hit: false }];
  const at = name.toLowerCase().indexOf(needle);
  if (at >= 0) return split(name, at, at + needle.length);
  const chars = Array.from(name);
  const letters = chars.map((char) => initials(char) || " ").join("");
  const found = letters.length === chars.length ? letters.indexOf(needle) : -1;
  if (found < 0) return [{ text: name, hit: false }];
  const start = chars.slice(0, found).join("").length;
  const end = chars.slice(0, found + needle.length).join("").length;
  return split(name, start, end);
}

function split(name: string, start: number, end: number): Piece[] {
  return [
    { text: name.slice(0, start), hit: false },
    { text: name.slice(start, end), hit: true },
    { text: name.slice(end), hit: false },
  ].filter((piece) => piece.text);
}
