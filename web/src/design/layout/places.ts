// What is chosen on the canvas, and how it moves with the keyboard.
import { move } from "../draft";
import type { DesignLayout } from "../types";

export type Place = { section: number; field?: number };

/** Alt+arrow: within a section, over its edge into the next one; a section among sections. */
export function moveBy(layout: DesignLayout, place: Place, by: 1 | -1): Place {
  const { section, field } = place;
  if (field === undefined) {
    const to = section + by;
    if (to < 0 || to >= layout.sections.length) return place;
    move(layout.sections, section, layout.sections, to);
    return { section: to };
  }
  const fields = layout.sections[section]?.fields;
  if (!fields) return place;
  const to = field + by;
  if (to >= 0 && to < fields.length) {
    move(fields, field, fields, to);
    return { section, field: to };
  }
  const next = layout.sections[section + by];
  if (!next) return place;
  const at = by > 0 ? 0 : next.fields.length;
  move(fields, field, next.fields, at);
  return { section: section + by, field: at };
}
