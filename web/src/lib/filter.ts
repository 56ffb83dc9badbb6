// The filter builder's model and the expression it stands for. What the builder cannot show stays an expression and is edited as one.
import { shownType } from "@/meta/catalog";
import type { FieldDef } from "@/meta/types";

export type Op =
  | "contains" | "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "between"
  | "in" | "not_in" | "me" | "past_days" | "next_days" | "older_days" | "empty" | "filled";
export type Operand = string | number | boolean;
export interface Condition { field: string; op: Op; values: Operand[] }
export interface FilterModel { match: "and" | "or"; conditions: Condition[] }
export type FilterKind = "text" | "number" | "date" | "choice" | "list" | "boolean" | "reference" | "none";

export function filterKind(field: FieldDef): FilterKind {
  switch (shownType(field)) {
    case "text": case "long_text": case "phone": case "email": case "url": case "auto_number": return "text";
    case "integer": case "number": case "money": case "percent": return "number";
    case "date": case "datetime": return "date";
    case "choice": return "choice";
    case "multi_choice": case "tags": return "list";
    case "boolean": return "boolean";
    case "reference": case "user": case "department": return "reference";
    default: return "none";
  }
}

export function operators(field: FieldDef): Op[] {
  switch (filterKind(field)) {
    case "text": return ["contains", "eq", "ne", "empty", "filled"];
    case "number": return ["ge", "le", "between", "eq", "ne", "gt", "lt", "empty", "filled"];
    case "date": return ["next_days", "past_days", "older_days", "eq", "ge", "le", "between", "empty", "filled"];
    case "choice": return ["in", "not_in", "empty", "filled"];
    case "list": return ["contains", "empty", "filled"];
    case "boolean": return ["eq"];
    case "reference": return field.type === "user" ? ["me", "in", "empty", "filled"] : ["in", "empty", "filled"];
    default: return ["empty", "filled"];
  }
}

/** How many operands an operator needs; -1 is one or more. */
export function arity(op: Op): number {
  if (op === "empty" || op === "filled" || op === "me") return 0;
  if (op === "between") return 2;
  return op === "in" || op === "not_in" ? -1 : 1;
}

export function isComplete(condition: Condition): boolean {
  const need = arity(condition.op);
  const given = condition.values.filter((value) => value !== "").length;
  return need < 0 ? given > 0 : given >= need;
}

const SYMBOL: Partial<Record<Op, string>> = { eq: "=", ne: "!=", gt: ">", ge: ">=", lt: "<", le: "<=" };

function literal(value: Operand, kind: FilterKind): string {
  if (kind === "date" && typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (kind === "number" && value !== "" && Number.isFinite(Number(value))) return String(Number(value));
  return `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
}

export function conditionExpression(condition: Condition, kind: FilterKind): string {
  const { field, op, values } = condition;
  const text = values.map((value) => literal(value, kind));
  const first = text[0] ?? '""';
  switch (op) {
    case "empty": return `is_null(${field})`;
    case "filled": return `not is_null(${field})`;
    case "me": return `${field} = me()`;
    case "contains": return `${field} contains ${first}`;
    case "between": return `${field} between ${first} and ${text[1] ?? first}`;
    case "in": return text.length === 1 ? `${field} = ${first}` : `${field} in (${text.join(", ")})`;
    case "not_in": return text.length === 1 ? `${field} != ${first}` : `not ${field} in (${text.join(", ")})`;
    case "past_days": return `${field} between today() - ${Number(values[0])} and today()`;
    case "next_days": return `${field} between today() and today() + ${Number(values[0])}`;
    case "older_days": return `${field} < today() - ${Number(values[0])}`;
    default: return `${field} ${SYMBOL[op] ?? "="} ${first}`;
  }
}

export function toExpression(model: FilterModel, kindOf: (field: string) => FilterKind): string {
  return model.conditions.filter(isComplete).map((condition) => conditionExpression(condition, kindOf(condition.field))).join(` ${model.match} `);
}

/** Both must hold; brackets only where an "or" could leak. */
export function allOf(...parts: (string | undefined | null)[]): string {
  const given = parts.map((part) => part?.trim() ?? "").filter(Boolean);
  if (given.length < 2) return given[0] ?? "";
  return given.map((part) => (/\bor\b/.test(part) ? `(${part})` : part)).join(" and ");
}

// ---- Reading an expression back

interface Token { kind: "name" | "text" | "number" | "date" | "symbol"; text: string }

export function tokens(source: string): Token[] | null {
  const result: Token[] = [];
  const pattern = /\s*(?:(\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?)|(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_.]*)|"((?:[^"\\]|\\.)*)"|(!=|>=|<=|[=<>(),+\-*/]))/y;
  while (pattern.lastIndex < source.length) {
    if (!source.slice(pattern.lastIndex).trim()) break;
    const match = pattern.exec(source);
    if (!match) return null;
    if (match[1] !== undefined) result.push({ kind: "date", text: match[1] });
    else if (match[2] !== undefined) result.push({ kind: "number", text: match[2] });
    else if (match[3] !== undefined) result.push({ kind: "name", text: match[3] });
    else if (match[4] !== undefined) result.push({ kind: "text", text: match[4].replace(/\\(.)/g, "$1") });
    else if (match[5] !== undefined) result.push({ kind: "symbol", text: match[5] });
  }
  return result;
}

class Reader {
  private at = 0;
  constructor(private readonly list: Token[]) {}
  get done(): boolean { return this.at >= this.list.length; }
  peek(text: string, ahead = 0): boolean { return this.list[this.at + ahead]?.text === text && this.list[this.at + ahead]?.kind !== "text"; }
  take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at++;
    return true;
  }
  all(...texts: string[]): boolean {
    if (!texts.every((text, index) => this.peek(text, index))) return false;
    this.at += texts.length;
    return true;
  }
  name(): string | null { return this.kind("name"); }
  kind(kind: Token["kind"]): string | null {
    const token = this.list[this.at];
    if (token?.kind !== kind) return null;
    this.at++;
    return token.text;
  }
  value(): Operand | null {
    const negative = this.take("-");
    const number = this.kind("number");
    if (number !== null) return negative ? -Number(number) : Number(number);
    if (negative) return null;
    const name = this.list[this.at];
    if (name?.kind === "name" && (name.text === "true" || name.text === "false")) {
      this.at++;
      return name.text === "true";
    }
    return this.kind("text") ?? this.kind("date");
  }
  /** today() or today() ± n, as n */
  today(): number | null {
    const start = this.at;
    if (!this.all("today", "(", ")")) return null;
    const sign = this.take("+") ? 1 : this.take("-") ? -1 : 0;
    if (!sign) return 0;
    const number = this.kind("number");
    if (number !== null) return sign * Number(number);
    this.at = start;
    return null;
  }
}

const FROM_SYMBOL: Record<string, Op> = { "=": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le" };

function readCondition(reader: Reader, kindOf: (field: string) => FilterKind): Condition | null {
  const negated = reader.take("not");
  if (reader.all("is_null", "(")) {
    const field = reader.name();
    return field && reader.take(")") ? { field, op: negated ? "filled" : "empty", values: [] } : null;
  }
  const field = reader.name();
  if (!field) return null;
  const kind = kindOf(field);
  if (reader.take("in")) return readIn(reader, field, negated);
  if (negated) return null;
  if (reader.take("contains")) {
    const value = reader.value();
    return value === null ? null : { field, op: "contains", values: [value] };
  }
  if (reader.take("between")) return readBetween(reader, field);
  return readComparison(reader, field, kind);
}

function readIn(reader: Reader, field: string, negated: boolean): Condition | null {
  if (!reader.take("(")) return null;
  const values: Operand[] = [];
  do {
    const value = reader.value();
    if (value === null) return null;
    values.push(value);
  } while (reader.take(","));
  return reader.take(")") ? { field, op: negated ? "not_in" : "in", values } : null;
}

function readBetween(reader: Reader, field: string): Condition | null {
  const from = reader.today();
  if (from !== null) {
    if (!reader.take("and")) return null;
    const to = reader.today();
    if (to === null) return null;
    if (from === 0 && to >= 0) return { field, op: "next_days", values: [to] };
    return to === 0 && from < 0 ? { field, op: "past_days", values: [-from] } : null;
  }
  const low = reader.value();
  if (low === null || !reader.take("and")) return null;
  const high = reader.value();
  return high === null ? null : { field, op: "between", values: [low, high] };
}

function readComparison(reader: Reader, field: string, kind: FilterKind): Condition | null {
  const symbol = reader.kind("symbol");
  const op = symbol ? FROM_SYMBOL[symbol] : undefined;
  if (!op) return null;
  if (op === "eq" && reader.all("me", "(", ")")) return { field, op: "me", values: [] };
  const days = reader.today();
  if (days !== null) return op === "lt" && days < 0 ? { field, op: "older_days", values: [-days] } : null;
  const value = reader.value();
  if (value === null) return null;
  if (kind === "choice" || kind === "reference") {
    if (op === "eq") return { field, op: "in", values: [value] };
    return op === "ne" && kind === "choice" ? { field, op: "not_in", values: [value] } : null;
  }
  return { field, op, values: [value] };
}

/** null where the builder cannot show it: another nesting, functions, paths it does not know. */
export function parseExpression(source: string, kindOf: (field: string) => FilterKind): FilterModel | null {
  const list = tokens(source);
  if (!list) return null;
  if (list.length === 0) return { match: "and", conditions: [] };
  const reader = new Reader(list);
  const conditions: Condition[] = [];
  let match: "and" | "or" | null = null;
  for (;;) {
    const condition = readCondition(reader, kindOf);
    if (!condition || kindOf(condition.field) === "none" && condition.op !== "empty" && condition.op !== "filled") return null;
    conditions.push(condition);
    if (reader.done) return { match: match ?? "and", conditions };
    const joined: "and" | "or" | null = reader.take("and") ? "and" : reader.take("or") ? "or" : null;
    if (!joined || (match && match !== joined)) return null;
    match = joined;
  }
}
