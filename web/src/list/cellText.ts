// Cells as a spreadsheet has them: what is copied, and what a pasted text means for a field.
import { isoDate, parseDate } from "@/lib/format";
import { parseFigure } from "@/fields/number/parse";
import { activeOptions, option, shownType } from "@/meta/catalog";
import { asNumber, asRecordRef, asRef, asText, type FieldDef, type Json } from "@/meta/types";
import { addressText } from "@/fields/address/text";

export interface TextWords { yes: string; no: string }

export function cellText(field: FieldDef, value: Json | undefined, words: TextWords): string {
  if (value === null || value === undefined) return "";
  switch (shownType(field)) {
    case "boolean": return value === true ? words.yes : words.no;
    case "choice": return option(field, asText(value))?.label ?? asText(value);
    case "multi_choice": return Array.isArray(value) ? value.map((key) => option(field, asText(key))?.label ?? asText(key)).join(", ") : "";
    case "percent": { const part = asNumber(value); return part === null ? "" : `${Math.round(part * 1e6) / 1e4}%`; }
    case "datetime": { const date = parseDate(asText(value)); return date ? `${isoDate(date)} ${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}` : ""; }
    case "address": return addressText(value);
    default: break;
  }
  const record = asRecordRef(value);
  if (record) return record.name ?? "";
  const ref = asRef(value);
  if (ref) return ref.name ?? "";
  if (Array.isArray(value)) return value.map((item) => asRef(item)?.name ?? asText(item)).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** Rows and cells of a copied range: tabs and lines, a cell with either in quotes. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at++) {
    const char = source[at] ?? "";
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source[at + 1] === '"') { cell += '"'; at++; }
      else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === "\t" || char === "\n") {
      rows.at(-1)?.push(cell);
      cell = "";
      if (char === "\n") rows.push([]);
    } else cell += char;
  }
  rows.at(-1)?.push(cell);
  return rows;
}

export function writeTable(rows: string[][]): string {
  return rows.map((row) => row.map((cell) => (/["\t\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)).join("\t")).join("\n");
}

/** ok with the value to write; name: a reference to be found by this name; not ok: nothing the field could take. */
export type Pasted = { ok: true; value: Json } | { ok: true; name: string } | { ok: false };

const pad = (text: string): string => text.padStart(2, "0");

function day(text: string): string | null {
  const match = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(text);
  if (!match) return null;
  const iso = `${match[1]}-${pad(match[2] ?? "")}-${pad(match[3] ?? "")}`;
  const date = parseDate(iso);
  return date && isoDate(date) === iso ? iso : null;
}

function moment(text: string): string | null {
  const match = /^(\S+?(?:日)?)(?:[ T]+(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?)?$/.exec(text);
  const date = match ? day(match[1] ?? "") : null;
  if (!date || !match) return null;
  const [year = 0, month = 1, of = 1] = date.split("-").map(Number);
  const at = new Date(year, month - 1, of, match[2] ? Number(match[2]) : 9, match[3] ? Number(match[3]) : 0);
  return at.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** 1280.50 is 1280.5; what a double cannot hold stays text. */
function plainFigure(value: number | string | null): number | string | null {
  if (typeof value !== "string") return value;
  const short = value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  return String(Number(short)) === short ? Number(short) : value;
}

const TRUE = /^(true|yes|y|1|是|对|√|✓)$/i;
const FALSE = /^(false|no|n|0|否|不是|×|✗)$/i;

export function readCell(field: FieldDef, raw: string): Pasted {
  const text = raw.trim();
  if (text === "") return { ok: true, value: null };
  switch (field.type) {
    case "text": case "phone": case "email": case "url": return { ok: true, value: text };
    case "long_text": return { ok: true, value: raw };
    case "integer": case "number": case "money": case "percent": {
      const figure = parseFigure(text, field.type === "percent");
      return figure.ok ? { ok: true, value: plainFigure(figure.value) } : { ok: false };
    }
    case "boolean": return TRUE.test(text) ? { ok: true, value: true } : FALSE.test(text) ? { ok: true, value: false } : { ok: false };
    case "date": { const value = day(text); return value ? { ok: true, value } : { ok: false }; }
    case "datetime": { const value = moment(text); return value ? { ok: true, value } : { ok: false }; }
    case "choice": { const key = optionKey(field, text); return key === null ? { ok: false } : { ok: true, value: key }; }
    case "multi_choice": {
      const keys = text.split(/[,，、;；]/).map((part) => optionKey(field, part.trim()));
      return keys.every((key) => key !== null) ? { ok: true, value: keys } : { ok: false };
    }
    case "tags": return { ok: true, value: text.split(/[,，、;；]/).map((part) => part.trim()).filter(Boolean) };
    case "reference": case "user": case "department": return { ok: true, name: text };
    default: return { ok: false };
  }
}

function optionKey(field: FieldDef, text: string): string | null {
  const found = activeOptions(field).find((item) => item.key === text || item.label === text) ?? activeOptions(field).find((item) => item.label.toLowerCase() === text.toLowerCase());
  return found?.key ?? null;
}
