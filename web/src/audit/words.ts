// What an entry says beside its kind, in one line: what an administrator looks for first.
import type { AuditEntry } from "@/lib/protection";
import type { Json } from "@/meta/types";

const text = (value: Json | undefined): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
export const list = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(text).filter(Boolean) : []);

export interface Line { key: string; value: string }

/** The members of a detail as lines: plain ones as they are, the rest as JSON. */
export function lines(detail: AuditEntry["detail"]): Line[] {
  return Object.entries(detail ?? {}).filter(([key]) => key !== "changes").map(([key, value]) => ({ key, value: typeof value === "string" ? value : JSON.stringify(value) }));
}

/** Of two sides of one change only what is different. */
export function differing(from: Json, to: Json): [Json, Json] {
  if (from === null || to === null || typeof from !== "object" || typeof to !== "object" || Array.isArray(from) || Array.isArray(to)) return [from, to];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter((key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]));
  const part = (side: { [key: string]: Json }): Json => Object.fromEntries(keys.filter((key) => key in side).map((key) => [key, side[key] ?? null]));
  return [part(from), part(to)];
}

export interface GrantChange { object: string; from: Json; to: Json }
/** Of roles only what changed of the grants is kept, by object. */
export function grantChanges(detail: AuditEntry["detail"]): GrantChange[] {
  const changes = detail?.changes;
  const grants = changes !== null && typeof changes === "object" && !Array.isArray(changes) ? changes.grants : undefined;
  if (grants === null || typeof grants !== "object" || Array.isArray(grants)) return [];
  return Object.entries(grants).flatMap(([object, sides]) => {
    if (!Array.isArray(sides)) return [];
    const [from, to] = differing(sides[0] ?? null, sides[1] ?? null);
    return [{ object, from, to }];
  });
}

/** @param label what a field, an object or a setting is called */
export function summary(entry: AuditEntry, label: (name: string) => string): string {
  const detail = entry.detail ?? {};
  const file = detail.file;
  const name = file !== null && typeof file === "object" && !Array.isArray(file) ? text(file.name) : "";
  const changed = (entry.changes ?? []).map((change) => change.field);
  const grants = grantChanges(entry.detail).map((change) => change.object);
  const settings = entry.kind === "settings.change" ? Object.keys(detail) : [];
  const parts = [
    text(detail.filter), text(detail.q), list(detail.words).join(" "), name, text(detail.name), text(detail.file_name), text(detail.reason),
    label(text(detail.field)), ...[list(detail.fields), changed, grants, settings].map((names) => names.map(label).join(", ")), text(detail.code), label(text(detail.limit)),
  ];
  return parts.find((part) => part !== "") ?? "";
}

/** Rows or records that it was about, where it says so. */
export function amount(entry: AuditEntry): number | null {
  for (const key of ["rows", "done", "count", "entries"]) {
    const value = entry.detail?.[key];
    if (typeof value === "number") return value;
  }
  return null;
}
