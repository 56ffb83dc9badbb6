// What can be looked at in place, and files as field values.
import type { FileRef, Json } from "@/meta/types";

export type FileKind = "image" | "pdf" | "text" | "other";
const IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function fileKind(file: Pick<FileRef, "type" | "name">): FileKind {
  if (IMAGES.has(file.type)) return "image";
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return "pdf";
  if (file.type === "text/plain" || file.type === "text/csv" || /\.(txt|log|csv|md)$/i.test(file.name)) return "text";
  return "other";
}

export function asFile(value: Json | undefined): FileRef | null {
  if (!value || typeof value !== "object" || Array.isArray(value) || typeof value.id !== "number") return null;
  return { id: value.id, name: typeof value.name === "string" ? value.name : `#${value.id}`, size: typeof value.size === "number" ? value.size : 0, type: typeof value.type === "string" ? value.type : "" };
}

/** The name without its ending and the ending: what a person renames is the first. */
export function splitName(name: string): [string, string] {
  const at = name.lastIndexOf(".");
  return at > 0 && name.length - at <= 8 ? [name.slice(0, at), name.slice(at)] : [name, ""];
}

/** @param name under which it is saved, where that is not the file's own */
export const fileAddress = (id: number, name?: string): string => `/api/v1/files/${id}${name ? `?name=${encodeURIComponent(name)}` : ""}`;
