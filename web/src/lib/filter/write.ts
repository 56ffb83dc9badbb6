// From words to the expression.
import { isComplete, isCondition, isRaw, type Condition, type FilterKind, type FilterModel, type Group, type Item, type KindOf, type Op, type Operand, type Period } from "./model";
import { splits } from "./tokens";

const SYMBOL: Partial<Record<Op, string>> = { eq: "=", ne: "!=", gt: ">", ge: ">=", lt: "<", le: "<=" };
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
const RELATIVE = /^today(?:([+-])(\d{1,5}))?$/;
const FIGURE = /^-?\d+(\.\d+)?$/;

export function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\t/g, "\\t")
    .replace(/[\u0000-\u001f\u007f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${escaped}"`;
}

export function literal(value: Operand, kind: FilterKind): string {
  if (typeof value === "boolean") return String(value);
  const text = String(value);
  if (kind === "date") {
    const relative = RELATIVE.exec(text);
    if (relative) return relative[1] ? `today() ${relative[1]} ${Number(relative[2])}` : "today()";
    if (text === "now") return "now()";
    return DATE.test(text) ? text : quote(text);
  }
  if ((typeof value === "number" || kind === "number" || kind === "ids") && FIGURE.test(text.trim())) return text.trim();
  return quote(text);
}

const UNIT: Record<string, [name: string, months: number]> = { month: ["month", 1], quarter: ["quarter", 3], year: ["year", 12] };

function periodExpression(field: string, period: Period): string {
  const day = { today: "today()", yesterday: "today() - 1", tomorrow: "today() + 1" }[period as string];
  if (day) return `${field} = ${day}`;
  const [which = "", unit = ""] = period.split("_");
  const sign = which === "last" ? -1 : which === "next" ? 1 : 0;
  if (unit === "week") return `week(${field}) = week(today()${sign ? ` ${sign < 0 ? "-" : "+"} 7` : ""})`;
  const [name, months] = UNIT[unit] ?? ["month", 1];
  return `${name}(${field}) = ${name}(${sign ? `add_months(today(), ${sign * months})` : "today()"})`;
}

const days = (value: Operand | undefined): number => Math.max(0, Math.trunc(Number(value)) || 0);

export function conditionExpression(condition: Condition, kind: FilterKind): string {
  const { field, op, values } = condition;
  const text = values.filter((value) => value !== "").map((value) => literal(value, kind));
  const first = text[0] ?? '""';
  switch (op) {
    case "empty": return `is_null(${field})`;
    case "filled": return `not is_null(${field})`;
    case "me": return `${field} = me()`;
    case "not_me": return `${field} != me()`;
    case "mine": return `${field} = my_department()`;
    case "under_mine": return `${field} under my_department()`;
    case "under": return `${field} under ${first}`;
    case "contains": return `${field} contains ${first}`;
    case "not_contains": return `not ${field} contains ${first}`;
    case "starts": return `${field} starts_with ${first}`;
    case "between": return `${field} between ${first} and ${text[1] ?? first}`;
    case "not_between": return `not ${field} between ${first} and ${text[1] ?? first}`;
    case "in": return text.length === 1 && kind !== "list" ? `${field} = ${first}` : `${field} in (${text.join(", ")})`;
    case "not_in": return text.length === 1 && kind !== "list" ? `${field} != ${first}` : `not ${field} in (${text.join(", ")})`;
    case "period": return periodExpression(field, String(values[0]) as Period);
    case "past_days": return `${field} between today() - ${days(values[0])} and today()`;
    case "next_days": return `${field} between today() and today() + ${days(values[0])}`;
    case "older_days": return `${field} < today() - ${days(values[0])}`;
    case "later_days": return `${field} > today() + ${days(values[0])}`;
    default: return `${field} ${SYMBOL[op] ?? "="} ${first}`;
  }
}

function itemExpression(item: Item, kindOf: KindOf, alone: boolean): string {
  if (isCondition(item)) return isComplete(item) ? conditionExpression(item, kindOf(item.field)) : "";
  if (isRaw(item)) return !alone && splits(item.raw) ? `(${item.raw.trim()})` : item.raw.trim();
  const parts = item.items.map((inner) => itemExpression(inner, kindOf, false)).filter(Boolean);
  if (parts.length === 0) return "";
  const text = parts.join(` ${item.match} `);
  if (item.not) return `not (${text})`;
  return parts.length > 1 && !alone ? `(${text})` : text;
}

export function writeFilter(group: Group, kindOf: KindOf): string {
  const only = group.items.length === 1 && !group.not ? group.items[0] : undefined;
  return itemExpression(only ?? group, kindOf, true);
}

export function toExpression(model: FilterModel, kindOf: KindOf): string {
  return writeFilter({ match: model.match, items: model.conditions }, kindOf);
}

/** All must hold; brackets only where an "or" could leak. */
export function allOf(...parts: (string | undefined | null)[]): string {
  const given = parts.map((part) => part?.trim() ?? "").filter(Boolean);
  if (given.length < 2) return given[0] ?? "";
  return given.map((part) => (splits(part, "or") ? `(${part})` : part)).join(" and ");
}
