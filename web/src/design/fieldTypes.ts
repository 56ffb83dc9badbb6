// What each type of field can be told, in the order the form asks.
import type { FieldType } from "@/meta/types";
import type { DesignField } from "./types";

export const TYPES: FieldType[] = [
  "text", "long_text", "integer", "number", "money", "percent", "boolean", "date", "datetime", "choice", "multi_choice", "tags", "reference", "user", "department", "multi_reference",
  "phone", "email", "url", "address", "position", "file", "image", "auto_number", "formula", "rollup",
];
export const RESULTS: FieldType[] = ["text", "integer", "number", "money", "percent", "boolean", "date", "datetime"];
const NUMBERS: FieldType[] = ["integer", "number", "money", "percent"];
const COMPUTED: FieldType[] = ["formula", "rollup", "auto_number"];

export type Part = "required" | "unique" | "max_length" | "decimals" | "range" | "options" | "target" | "format" | "expression" | "pattern" | "search" | "default";
export function parts(type: FieldType): Part[] {
  const has = new Set<Part>();
  if (!COMPUTED.includes(type)) has.add("required");
  if (["text", "phone", "email", "integer", "url"].includes(type)) has.add("unique");
  if (["text", "long_text"].includes(type)) has.add("max_length");
  if (["number", "money", "percent"].includes(type)) has.add("decimals");
  if (NUMBERS.includes(type)) has.add("range");
  if (["choice", "multi_choice"].includes(type)) has.add("options");
  if (["reference", "multi_reference"].includes(type)) has.add("target");
  if (type === "auto_number") has.add("format");
  if (type === "formula" || type === "rollup") has.add("expression");
  if (type === "text") has.add("pattern");
  if (["text", "long_text", "phone", "email"].includes(type)) has.add("search");
  if (["text", "long_text", ...NUMBERS, "boolean", "choice", "date", "datetime"].includes(type)) has.add("default");
  return [...has];
}

/** The members of a field that the form changes; what a type cannot have is left out. */
export function fieldBody(item: DesignField): Partial<DesignField> {
  const has = parts(item.type);
  const body: Partial<DesignField> = { label: item.label, help: item.help };
  if (has.includes("required")) body.required = item.required ?? false;
  if (has.includes("unique")) body.unique = item.unique ?? false;
  if (has.includes("search")) body.search = item.search ?? false;
  if (has.includes("max_length")) body.max_length = item.max_length;
  if (has.includes("decimals")) body.decimals = item.decimals;
  if (has.includes("range")) Object.assign(body, { min: item.min, max: item.max });
  if (has.includes("options")) body.options = item.options ?? [];
  if (has.includes("target")) body.target = item.target;
  if (has.includes("format")) body.format = item.format;
  if (has.includes("pattern")) body.pattern = item.pattern;
  if (has.includes("expression")) Object.assign(body, { expression: item.expression, result: item.result });
  if (has.includes("default")) body.default = item.default;
  return body;
}
