// A row while the list flies past: the same words without controls. Made of text alone, and its elements are used again, so that a frame stays short.
import { h, type CSSProperties, type FunctionalComponent } from "vue";
import { formatMoney, formatNumber, formatPercent, formatWhen, type Lang } from "@/lib/format";
import { isNumeric, option, shownType } from "@/meta/catalog";
import { asNumber, asText, type FieldDef, type RecordData } from "@/meta/types";
import { cellText, type TextWords } from "./cellText";

export interface PlainContext { lang: Lang; now: Date; words: TextWords }
interface Props { record: RecordData; top: number; template: CSSProperties; columns: FieldDef[]; selected: boolean; context: PlainContext }

export function plainText(field: FieldDef, record: RecordData, { lang, now, words }: PlainContext): string {
  const value = record[field.name];
  if (value === null || value === undefined) return "";
  const type = shownType(field);
  const number = isNumeric(field) ? asNumber(value) : null;
  if (number !== null) {
    if (type === "percent") return formatPercent(number, lang);
    if (type === "money") return formatMoney(number, lang, field.decimals ?? 2);
    return type === "integer" && Math.abs(number) < 10_000 ? String(number) : formatNumber(number, lang, 0, field.decimals ?? (type === "integer" ? 0 : 2));
  }
  if (type === "date" || type === "datetime") return formatWhen(asText(value), now, lang);
  return cellText(field, value, words);
}

function cell(field: FieldDef, record: RecordData, context: PlainContext): ReturnType<typeof h> {
  const text = plainText(field, record, context);
  const chosen = field.type === "choice" && text ? option(field, asText(record[field.name])) : undefined;
  return h("div", { class: isNumeric(field) ? "td r" : "td" }, chosen ? [h("span", { class: `tag ${chosen.color ?? ""}` }, text)] : text);
}

export const PlainRow: FunctionalComponent<Props> = ({ record, top, template, columns, selected, context }) =>
  h("div", { class: selected ? "tr plain sel" : "tr plain", role: "row", style: { ...template, transform: `translateY(${top}px)` } }, [
    h("div", { class: "td pin" }, [h("span", { class: "ck" }), h("span", { class: "co" }), h("span", { class: "el name" }, asText(record.name) || `#${record.id}`)]),
    ...columns.map((field) => cell(field, record, context)),
  ]);
PlainRow.props = ["record", "top", "template", "columns", "selected", "context"];
