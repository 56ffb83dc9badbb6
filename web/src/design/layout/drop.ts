// What a drop means for the layout: from the palette or a section, to a section or back to the palette.
import type { DesignLayout } from "../types";
import type { Drop } from "@/ui/useSortable";

const sectionOf = (element: HTMLElement): number | null => (element.dataset.section === undefined ? null : Number(element.dataset.section));

export function dropField(layout: DesignLayout, drop: Drop): void {
  const from = sectionOf(drop.from), to = sectionOf(drop.to);
  if (from !== null) layout.sections[from]?.fields.splice(drop.oldIndex, 1);
  if (to !== null) layout.sections[to]?.fields.splice(drop.newIndex, 0, drop.name);
}
