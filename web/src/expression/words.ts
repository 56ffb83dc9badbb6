// What stands before the caret of an expression: the path so far and the word that is being written.
export const FUNCTIONS = [
  "if", "coalesce", "is_null", "concat", "length", "lower", "upper", "round", "abs", "int", "least", "greatest", "today", "now", "me", "my_department", "date",
  "days_between", "add_days", "add_months", "day", "week", "month", "quarter", "year", "weekday", "latitude", "longitude", "sum", "count", "avg", "min", "max",
];

export interface Word { start: number; end: number; text: string; path: string[] }

export function wordAt(source: string, caret: number): Word {
  const before = source.slice(0, caret);
  const inText = (before.match(/(?<!\\)"/g) ?? []).length % 2 === 1;
  const match = inText ? null : /[\p{L}\p{N}_.]*$/u.exec(before);
  const whole = match?.[0] ?? "";
  const steps = whole.split(".");
  const text = steps.pop() ?? "";
  return { start: caret - text.length, end: caret, text, path: steps.filter(Boolean) };
}
