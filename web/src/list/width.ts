import { shownType } from "@/meta/catalog";
import type { FieldDef } from "@/meta/types";

export const NAME_WIDTH = 260;
export const LEAST_WIDTH = 56;
export const LARGEST_WIDTH = 800;

/** The least width of a column, by what stands in it and what it is called. */
export function columnWidth(field: FieldDef): number {
  const label = Array.from(field.label).reduce((sum, char) => sum + (char > "\u2e7f" ? 12.5 : 7), 40);
  return Math.max(usualWidth(field), Math.min(200, Math.ceil(label)));
}

function usualWidth(field: FieldDef): number {
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

/** Columns that nobody has sized share what is left over. */
export function tracks(columns: FieldDef[], widths: Record<string, number>): { template: string; least: number } {
  const name = widths.name ?? NAME_WIDTH;
  const each = columns.map((item) => ({ own: widths[item.name], usual: columnWidth(item) }));
  return {
    template: `${name}px ${each.map(({ own, usual }) => (own ? `${own}px` : `minmax(${usual}px, ${usual * 2}fr)`)).join(" ")}${each.length && each.every(({ own }) => own) ? " minmax(0, 1fr)" : ""}`,
    least: name + each.reduce((sum, { own, usual }) => sum + (own ?? usual), 0),
  };
}

/** What the widest text of a column needs, with room for the marks that stand beside it. */
export function fitWidth(cells: Iterable<Element>): number {
  const context = document.createElement("canvas").getContext("2d");
  let widest = 0;
  for (const cell of cells) {
    if (!context) break;
    context.font = getComputedStyle(cell).font;
    const marks = cell.querySelectorAll(".av, .co").length * 28 + cell.querySelectorAll(".tag, .na").length * 18 + cell.querySelectorAll("svg").length * 18 + cell.querySelectorAll("input").length * 24;
    widest = Math.max(widest, context.measureText(cell.textContent?.trim() ?? "").width + marks);
  }
  return Math.min(LARGEST_WIDTH, Math.max(LEAST_WIDTH, Math.ceil(widest) + 26));
}
