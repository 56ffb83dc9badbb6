// From the expression back to words, part by part: what has no words stays text.
import { isCondition, isGroup, type Condition, type FilterModel, type Group, type Item, type KindOf, type Match, type Op, type Operand, type Period } from "./model";
import { partEnd, tokens, type Token } from "./tokens";

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
  kind(kind: Token["kind"]): string | null {
    const token = this.list[this.at];
    if (token?.kind !== kind) return null;
    this.at++;
    return token.text;
  }
  signed(): number | null {
    const sign = this.take("-") ? -1 : 1;
    const number = this.kind("number");
    return number === null ? null : sign * Number(number);
  }
  value(dates: boolean): Operand | null {
    if (this.peek("-") || this.list[this.at]?.kind === "number") {
      const start = this.list[this.at]?.text === "-" ? "-" : "";
      if (start) this.at++;
      const number = this.kind("number");
      // figures that a double cannot hold stay text
      return number === null ? null : String(Number(start + number)) === start + number ? Number(start + number) : start + number;
    }
    if (this.take("true")) return true;
    if (this.take("false")) return false;
    if (dates && this.all("now", "(", ")")) return "now";
    if (dates && this.peek("today")) {
      const shift = this.today();
      return shift === null ? null : shift === 0 ? "today" : `today${shift > 0 ? "+" : "-"}${Math.abs(shift)}`;
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
    if (number !== null && /^\d{1,5}$/.test(number)) return sign * Number(number);
    this.at = start;
    return null;
  }
}

const FROM_SYMBOL: Record<string, Op> = { "=": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le" };
const NEGATIVE: Partial<Record<Op, Op>> = { empty: "filled", contains: "not_contains", between: "not_between", in: "not_in", eq: "ne", me: "not_me" };

function negate(condition: Condition | null, negated: boolean): Condition | null {
  if (!condition || !negated) return condition;
  const op = NEGATIVE[condition.op];
  return op && !["eq", "me"].includes(condition.op) ? { ...condition, op } : null;
}

function readCondition(reader: Reader, kindOf: KindOf): Condition | null {
  const negated = reader.take("not");
  if (reader.all("is_null", "(")) {
    const field = reader.kind("name");
    return field && reader.take(")") ? { field, op: negated ? "filled" : "empty", values: [] } : null;
  }
  if (reader.peek("(", 1)) return negated ? null : readPeriod(reader);
  const field = reader.kind("name");
  if (!field) return null;
  // a yes or no by its name alone: "in_pool", "not in_pool"
  if (reader.done) return kindOf(field) === "boolean" ? { field, op: "eq", values: [!negated] } : null;
  const not = reader.take("not") !== negated;
  if (reader.take("in")) return negate(readIn(reader, field, kindOf), not);
  if (reader.take("contains")) return negate(readOne(reader, field, "contains"), not);
  if (reader.take("between")) return negate(readBetween(reader, field, kindOf), not);
  if (not) return null;
  if (reader.take("starts_with")) return readOne(reader, field, "starts");
  if (reader.take("under")) return reader.all("my_department", "(", ")") ? { field, op: "under_mine", values: [] } : readOne(reader, field, "under");
  return readComparison(reader, field, kindOf);
}

function readOne(reader: Reader, field: string, op: Op): Condition | null {
  const value = reader.value(false);
  return value === null ? null : { field, op, values: [value] };
}

function readIn(reader: Reader, field: string, kindOf: KindOf): Condition | null {
  if (!reader.take("(") || ["number", "date", "boolean", "ids", "record"].includes(kindOf(field))) return null;
  const values: Operand[] = [];
  do {
    const value = reader.value(false);
    if (value === null) return null;
    values.push(value);
  } while (reader.take(","));
  return reader.take(")") ? { field, op: "in", values } : null;
}

function readBetween(reader: Reader, field: string, kindOf: KindOf): Condition | null {
  const dates = kindOf(field) === "date";
  const low = reader.value(dates);
  if (low === null || !reader.take("and")) return null;
  const high = reader.value(dates);
  if (high === null) return null;
  const from = shiftOf(low);
  const to = shiftOf(high);
  if (from === 0 && to !== null && to >= 0) return { field, op: "next_days", values: [to] };
  if (to === 0 && from !== null && from < 0) return { field, op: "past_days", values: [-from] };
  return { field, op: "between", values: [low, high] };
}

function shiftOf(value: Operand): number | null {
  const match = /^today(?:([+-]\d+))?$/.exec(String(value));
  return match ? Number(match[1] ?? 0) : null;
}

function readComparison(reader: Reader, field: string, kindOf: KindOf): Condition | null {
  const symbol = reader.kind("symbol");
  const op = symbol ? FROM_SYMBOL[symbol] : undefined;
  if (!op) return null;
  const kind = kindOf(field);
  const equal = op === "eq" || op === "ne";
  if (equal && reader.all("me", "(", ")")) return { field, op: op === "eq" ? "me" : "not_me", values: [] };
  if (op === "eq" && reader.all("my_department", "(", ")")) return { field, op: "mine", values: [] };
  if (equal && reader.take("null")) return { field, op: op === "eq" ? "empty" : "filled", values: [] };
  const value = reader.value(kind === "date");
  if (value === null) return null;
  if (kind === "date") return readDate(field, op, value);
  if (kind === "choice" || kind === "reference") return equal ? { field, op: op === "eq" ? "in" : "not_in", values: [value] } : null;
  return { field, op, values: [value] };
}

function readDate(field: string, op: Op, value: Operand): Condition {
  const shift = shiftOf(value);
  const day = shift === null ? undefined : ({ "0": "today", "-1": "yesterday", "1": "tomorrow" } as Record<string, string>)[String(shift)];
  if (op === "eq" && day) return { field, op: "period", values: [day] };
  if (op === "lt" && shift !== null && shift < 0) return { field, op: "older_days", values: [-shift] };
  if (op === "gt" && shift !== null && shift > 0) return { field, op: "later_days", values: [shift] };
  return { field, op, values: [value] };
}

/** month(close_date) = month(add_months(today(), -1)): the last month. */
function readPeriod(reader: Reader): Condition | null {
  const unit = reader.kind("name");
  if (!unit || !["week", "month", "quarter", "year"].includes(unit) || !reader.take("(")) return null;
  const field = reader.kind("name");
  if (!field || !reader.all(")", "=", unit, "(")) return null;
  const months = { month: 1, quarter: 3, year: 12 }[unit];
  let shift: number | null;
  if (reader.all("add_months", "(", "today", "(", ")", ",")) {
    const by = reader.signed();
    if (!months || by === null || !reader.take(")")) return null;
    shift = by / months;
  } else {
    shift = reader.today();
    if (shift !== null && unit === "week") shift = shift / 7;
  }
  const which = shift === null ? undefined : ({ "0": "this", "-1": "last", "1": "next" } as Record<string, string>)[String(shift)];
  return which && reader.take(")") ? { field, op: "period", values: [`${which}_${unit}` as Period] } : null;
}

class Parser {
  at = 0;
  constructor(private readonly source: string, private readonly list: Token[], private readonly kindOf: KindOf) {}
  private is(text: string, ahead = 0): boolean {
    const token = this.list[this.at + ahead];
    return token?.text === text && token.kind !== "text";
  }
  either(): Item | null {
    return this.chain("or", () => this.chain("and", () => this.part()));
  }
  private chain(match: Match, next: () => Item | null): Item | null {
    const first = next();
    if (!first) return null;
    const items = [first];
    while (this.is(match)) {
      this.at++;
      const item = next();
      if (!item) return null;
      items.push(item);
    }
    if (items.length === 1) return first;
    return { match, items: items.flatMap((item) => (isGroup(item) && item.match === match && !item.not ? item.items : [item])) };
  }
  private part(): Item | null {
    return this.leaf() ?? this.bracket(0) ?? (this.is("not") ? this.negated() : null) ?? this.text();
  }
  /** A condition that there are words for. */
  private leaf(): Condition | null {
    const end = partEnd(this.list, this.at);
    if (end <= this.at) return null;
    const reader = new Reader(this.list.slice(this.at, end));
    const condition = readCondition(reader, this.kindOf);
    if (!condition || !reader.done || !this.known(condition)) return null;
    this.at = end;
    return condition;
  }
  private known({ field, op }: Condition): boolean {
    const kind = this.kindOf(field);
    if (kind === "none") return op === "empty" || op === "filled";
    return op === "period" || inDaysOf(op) ? kind === "date" : true;
  }
  private bracket(ahead: number): Item | null {
    if (!this.is("(", ahead)) return null;
    const start = this.at;
    this.at += ahead + 1;
    const inner = this.either();
    if (inner && this.is(")")) {
      this.at++;
      if (this.at >= this.list.length || this.is("and") || this.is("or") || this.is(")")) return inner;
    }
    this.at = start;
    return null;
  }
  private negated(): Item | null {
    const start = this.at;
    const inner = this.bracket(1);
    if (inner) return isGroup(inner) && !inner.not ? { ...inner, not: true } : { match: "and", not: true, items: [inner] };
    this.at = start + 1;
    const leaf = this.leaf();
    if (leaf) return { match: "and", not: true, items: [leaf] };
    this.at = start;
    return null;
  }
  private text(): Item | null {
    const end = partEnd(this.list, this.at);
    const first = this.list[this.at];
    const last = this.list[end - 1];
    if (end <= this.at || !first || !last) return null;
    this.at = end;
    return { raw: this.source.slice(first.start, last.end) };
  }
}

const inDaysOf = (op: Op): boolean => op.endsWith("_days");

/** null where the text cannot be taken apart at all: an open bracket or quote, an "and" without a partner. */
export function readFilter(source: string, kindOf: KindOf): Group | null {
  const list = tokens(source);
  if (!list) return null;
  if (list.length === 0) return { match: "and", items: [] };
  const parser = new Parser(source, list, kindOf);
  const item = parser.either();
  if (!item || parser.at < list.length) return null;
  return isGroup(item) && !item.not ? item : { match: "and", items: [item] };
}

/** A flat filter in words throughout, or null. */
export function parseExpression(source: string, kindOf: KindOf): FilterModel | null {
  const group = readFilter(source, kindOf);
  if (!group || !group.items.every(isCondition)) return null;
  return { match: group.match, conditions: group.items.filter(isCondition) };
}
