import { shownType } from "@/meta/catalog";
import type { FieldDef } from "@/meta/types";

/** The least width of a column, by what stands in it. */
export function columnWidth(field: FieldDef): number {
  switch (shownType(field)) {
    case "boolean": return 80;
    case "integer": case "percent": return 90;
    case "date": return 104;
    case "choice": return Math.min(168, Math.max(88, ...(field.options ?? []).map((option) => Array.from(option.label).length * 13 + 36)));
    case "money": case "number": return 122;
    case "datetime": return 138;
    case "user": case "department": return 128;
    case "phone": return 148;
    case "email": case "reference": case "record": case "url": return 176;
    case "address": case "long_text": return 220;
    default: return 140;
  }
}
