import { describe, expect, it } from "vitest";
import type { FieldDef } from "@/meta/types";
import {
  allOf, arity, conditionExpression, filterKind, isComplete, operators, parseExpression, PERIODS, readFilter, startOf, toExpression, tokens, writeFilter,
  type Condition, type FilterKind, type FilterModel, type Op,
} from ".";

const kinds: Record<string, FilterKind> = { name: "text", amount: "number", close_date: "date", stage: "choice", owner: "reference", tags: "list", active: "boolean", roles: "ids", target: "record", department: "reference", "customer.level": "choice", "owner.department": "reference" };
const kindOf = (name: string): FilterKind => kinds[name] ?? "none";
const read = (text: string): FilterModel | null => parseExpression(text, kindOf);

describe("from words to the expression", () => {
  it("writes each operator", () => {
    expect(conditionExpression({ field: "name", op: "contains", values: ["科技"] }, "text")).toBe('name contains "科技"');
    expect(conditionExpression({ field: "amount", op: "ge", values: ["100000"] }, "number")).toBe("amount >= 100000");
    expect(conditionExpression({ field: "amount", op: "between", values: [1, 2.5] }, "number")).toBe("amount between 1 and 2.5");
    expect(conditionExpression({ field: "close_date", op: "next_days", values: [30] }, "date")).toBe("close_date between today() and today() + 30");
    expect(conditionExpression({ field: "close_date", op: "older_days", values: [7] }, "date")).toBe("close_date < today() - 7");
    expect(conditionExpression({ field: "close_date", op: "ge", values: ["2026-11-22"] }, "date")).toBe("close_date >= 2026-11-22");
    expect(conditionExpression({ field: "stage", op: "in", values: ["won"] }, "choice")).toBe('stage = "won"');
    expect(conditionExpression({ field: "stage", op: "in", values: ["won", "lost"] }, "choice")).toBe('stage in ("won", "lost")');
    expect(conditionExpression({ field: "stage", op: "not_in", values: ["won", "lost"] }, "choice")).toBe('not stage in ("won", "lost")');
    expect(conditionExpression({ field: "owner", op: "me", values: [] }, "reference")).toBe("owner = me()");
    expect(conditionExpression({ field: "name", op: "empty", values: [] }, "text")).toBe("is_null(name)");
  });
  it("escapes what people type", () => {
    expect(conditionExpression({ field: "name", op: "eq", values: ['a"b\\c'] }, "text")).toBe('name = "a\\"b\\\\c"');
    expect(read('name = "a\\"b\\\\c"')?.conditions[0]?.values).toEqual(['a"b\\c']);
  });
  it("leaves out what is not filled in yet", () => {
    const model: FilterModel = { match: "and", conditions: [{ field: "name", op: "contains", values: [] }, { field: "amount", op: "ge", values: [5] }] };
    expect(toExpression(model, kindOf)).toBe("amount >= 5");
    expect(isComplete({ field: "amount", op: "between", values: [1] })).toBe(false);
  });
});

describe("from the expression to words", () => {
  it("takes a yes or no by its name alone", () => {
    expect(read("active")?.conditions).toEqual([{ field: "active", op: "eq", values: [true] }]);
    expect(read('not active and stage = "won"')?.conditions[0]).toEqual({ field: "active", op: "eq", values: [false] });
    expect(read("name")).toBeNull();
  });
  const cases = [
    'name contains "科技"', "amount >= 100000", "amount between 1 and 2.5", "amount > -5", "close_date between today() and today() + 30", "close_date between today() - 7 and today()",
    "close_date < today() - 7", "close_date >= 2026-11-22", "close_date between 2026-01-01 and 2026-03-31", 'stage = "won"', 'stage in ("won", "lost")', 'not stage in ("won", "lost")',
    "owner = me()", "owner in (1, 2)", "is_null(name)", "not is_null(name)", "active = true", 'tags contains "循环水"', 'stage = "won" and amount >= 5', "amount < 1 or amount > 9",
  ];
  it.each(cases)("round-trips %s", (text) => {
    const model = read(text);
    expect(model).not.toBeNull();
    expect(model && toExpression(model, kindOf)).toBe(text);
  });
  it.each(['a and (b or c)', "amount > 1 and amount < 2 or amount = 3", "sum(lines.amount) > 3", 'name = "open', "amount >", "unknown = 3", "not amount > 3"])("keeps %s as an expression", (text) => {
    expect(read(text)).toBeNull();
  });
  it("reads nothing as no conditions", () => {
    expect(read("  ")).toEqual({ match: "and", conditions: [] });
    expect(tokens("a § b")).toBeNull();
  });
});

describe("joining filters", () => {
  it("brackets only what could leak", () => {
    expect(allOf("a = 1", "", null, "b = 2")).toBe("a = 1 and b = 2");
    expect(allOf("a = 1 or b = 2", "c = 3")).toBe("(a = 1 or b = 2) and c = 3");
    expect(allOf("a = 1 or b = 2", undefined)).toBe("a = 1 or b = 2");
  });
});

describe("kinds and operators", () => {
  const field = (type: FieldDef["type"], more: Partial<FieldDef> = {}): FieldDef => ({ id: 1, name: "x", type, label: "x", ...more });
  it("knows a formula by its result", () => {
    expect(filterKind(field("formula", { result: "money" }))).toBe("number");
    expect(filterKind(field("rollup", { result: "datetime" }))).toBe("date");
  });
  it("offers 'is me' for people only", () => {
    expect(operators(field("user"))).toContain("me");
    expect(operators(field("reference", { target: "customer" }))).not.toContain("me");
    expect(arity("between")).toBe(2);
    expect(arity("in")).toBe(-1);
  });
});

const again = (text: string): string | null => { const group = readFilter(text, kindOf); return group && writeFilter(group, kindOf); };

describe("every operator goes there and back", () => {
  const cases: [string, Condition[]][] = [
    ["name", [["contains", ["科技"]], ["not_contains", ["a"]], ["starts", ["王"]], ["eq", ["x"]], ["ne", ["x"]], ["in", ["a", "b"]], ["not_in", ["a", "b"]], ["empty", []], ["filled", []]]],
    ["amount", [["ge", [5]], ["le", [5]], ["gt", [-5]], ["lt", [0.5]], ["eq", [1]], ["ne", [1]], ["between", [1, 2]], ["not_between", [1, 2]], ["empty", []], ["filled", []]]],
    ["close_date", [["eq", ["2026-11-22"]], ["ne", ["today+5"]], ["ge", ["today"]], ["le", ["today-3"]], ["gt", ["2026-11-22"]], ["lt", ["now"]], ["between", ["today-3", "today+5"]],
      ["between", ["2026-01-01", "2026-03-31"]], ["not_between", ["2026-01-01", "2026-03-31"]], ["past_days", [7]], ["next_days", [30]], ["older_days", [7]], ["later_days", [3]], ["empty", []]]],
    ["stage", [["in", ["won"]], ["in", ["won", "lost"]], ["not_in", ["won"]], ["not_in", ["won", "lost"]], ["empty", []], ["filled", []]]],
    ["tags", [["in", ["a"]], ["in", ["a", "b"]], ["contains", ["a"]], ["not_contains", ["a"]], ["empty", []]]],
    ["roles", [["contains", [7]], ["not_contains", [7]], ["empty", []]]],
    ["active", [["eq", [true]], ["ne", [true]], ["eq", [false]]]],
    ["owner", [["me", []], ["not_me", []], ["in", [3]], ["in", [3, 4]], ["not_in", [3, 4]], ["empty", []]]],
    ["department", [["mine", []], ["under_mine", []], ["under", [3]]]],
    ["owner.department", [["under_mine", []]]],
    ["customer.level", [["in", ["A", "B"]]]],
    ["target", [["eq", ["customer:12"]], ["ne", ["customer:12"]]]],
  ].map(([field, list]) => [field as string, (list as [Op, Condition["values"]][]).map(([op, values]) => ({ field: field as string, op, values }))]);
  it.each(cases.flatMap(([, list]) => list))("$field $op $values", (condition) => {
    const text = conditionExpression(condition, kindOf(condition.field));
    expect(read(text)?.conditions).toEqual([condition]);
  });
  it.each(PERIODS.map((period) => [period]))("the period %s", (period) => {
    const condition: Condition = { field: "close_date", op: "period", values: [period] };
    expect(read(conditionExpression(condition, "date"))?.conditions).toEqual([condition]);
  });
  it("writes periods as the shipped views do", () => {
    expect(conditionExpression({ field: "close_date", op: "period", values: ["this_month"] }, "date")).toBe("month(close_date) = month(today())");
    expect(conditionExpression({ field: "close_date", op: "period", values: ["last_quarter"] }, "date")).toBe("quarter(close_date) = quarter(add_months(today(), -3))");
    expect(conditionExpression({ field: "close_date", op: "period", values: ["next_week"] }, "date")).toBe("week(close_date) = week(today() + 7)");
  });
});

describe("groups", () => {
  it.each([
    'amount > 1 and (stage = "won" or owner = me())', "(amount > 1 and amount < 2) or amount = 3", 'not (stage = "won" or is_null(name)) and owner = me()',
    'owner = me() and (amount > 1 or (amount < -1 and not (stage = "lost" and active = true)))', "sum(lines.amount) > 3 and owner = me()", "(amount + 1) * 2 > 3 or owner = me()",
    "if(amount > 3, true, false) and is_null(name)", "not amount > 3", 'not (stage = "won")', "concat(name, \"a and b\") = \"or\"",
  ])("keeps %s", (text) => {
    const once = again(text);
    expect(once).not.toBeNull();
    expect(again(once ?? "")).toBe(once);
    expect(once?.replace(/[()\s]/g, "")).toBe(text.replace(/[()\s]/g, ""));
  });
  it("binds and before or", () => {
    expect(again("amount > 1 and amount < 2 or amount = 3")).toBe("(amount > 1 and amount < 2) or amount = 3");
    expect(again("amount > 1 and (amount < 2 and amount != 3)")).toBe("amount > 1 and amount < 2 and amount != 3");
  });
  it("keeps what has no words as text beside words", () => {
    expect(readFilter("sum(lines.amount) > 3 and owner = me()", kindOf)).toEqual({ match: "and", items: [{ raw: "sum(lines.amount) > 3" }, { field: "owner", op: "me", values: [] }] });
    expect(writeFilter({ match: "and", items: [{ raw: "a = 1 or b = 2" }, { field: "owner", op: "me", values: [] }] }, kindOf)).toBe("(a = 1 or b = 2) and owner = me()");
  });
  it.each(["amount > (1", "amount > 1)", "and", "amount > 1 and", "or owner = me()", 'name = "x', "amount > 1 § 2"])("gives up on %s", (text) => {
    expect(again(text)).toBeNull();
  });
});

describe("hostile texts", () => {
  const hostile = ['" or 1 = 1 or name = "', "\\", '\\"', '") or (owner != me()', "a\nb\tc", "\u0001\u007f", "今天 and 明天", "and", "today()", "'; drop table customer; --", "\\n", "\\u0041", "😀 “引号”"];
  it.each(hostile.map((text) => [text]))("keeps %j a text", (text) => {
    const written = toExpression({ match: "and", conditions: [{ field: "name", op: "contains", values: [text] }, { field: "owner", op: "me", values: [] }] }, kindOf);
    expect(read(written)).toEqual({ match: "and", conditions: [{ field: "name", op: "contains", values: [text] }, { field: "owner", op: "me", values: [] }] });
  });
  it("never lets a date or a figure out of its place", () => {
    expect(conditionExpression({ field: "close_date", op: "eq", values: ["2026-01-01 or owner != me()"] }, "date")).toBe('close_date = "2026-01-01 or owner != me()"');
    expect(conditionExpression({ field: "close_date", op: "past_days", values: ["7 or true"] }, "date")).toBe("close_date between today() - 0 and today()");
    expect(conditionExpression({ field: "amount", op: "eq", values: ["1 or true"] }, "number")).toBe('amount = "1 or true"');
    expect(conditionExpression({ field: "amount", op: "eq", values: ["99999999999999.99"] }, "number")).toBe("amount = 99999999999999.99");
    expect(read("amount = 99999999999999999.99")?.conditions[0]?.values).toEqual(["99999999999999999.99"]);
  });
  it("joins without leaking", () => {
    expect(allOf('name contains "a or b"', "owner = me()")).toBe('name contains "a or b" and owner = me()');
    expect(allOf("amount > 1 or amount < 2", "owner = me()")).toBe("(amount > 1 or amount < 2) and owner = me()");
  });
  it("starts a condition that can be completed", () => {
    expect(startOf({ id: 1, name: "close_date", type: "date", label: "" })).toEqual({ field: "close_date", op: "period", values: ["this_month"] });
  });
});
