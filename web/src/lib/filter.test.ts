import { describe, expect, it } from "vitest";
import type { FieldDef } from "@/meta/types";
import { allOf, arity, conditionExpression, filterKind, isComplete, operators, parseExpression, toExpression, tokens, type FilterKind, type FilterModel } from "./filter";

const kinds: Record<string, FilterKind> = { name: "text", amount: "number", close_date: "date", stage: "choice", owner: "reference", tags: "list", active: "boolean" };
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
