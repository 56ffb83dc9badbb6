// The words of an expression and where they stand.
export interface Token { kind: "name" | "text" | "number" | "date" | "symbol"; text: string; start: number; end: number }

const PATTERN = /\s*(?:(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)(?![\w.])|(\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|"((?:[^"\\]|\\.)*)"|(!=|>=|<=|[=<>(),+\-*/]))/sy;
const ESCAPES: Record<string, string> = { n: "\n", t: "\t" };

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, char: string | undefined) => (code ? String.fromCharCode(parseInt(code, 16)) : (ESCAPES[char ?? ""] ?? char ?? "")));
}

/** null where a character belongs to no word. */
export function tokens(source: string): Token[] | null {
  const result: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < source.length) {
    if (!source.slice(PATTERN.lastIndex).trim()) break;
    const match = PATTERN.exec(source);
    if (!match) return null;
    const end = PATTERN.lastIndex;
    const start = end - match[0].trimStart().length;
    const [, date, number, name, text, symbol] = match;
    if (date !== undefined) result.push({ kind: "date", text: date, start, end });
    else if (number !== undefined) result.push({ kind: "number", text: number, start, end });
    else if (name !== undefined) result.push({ kind: "name", text: name, start, end });
    else if (text !== undefined) result.push({ kind: "text", text: unescape(text), start, end });
    else if (symbol !== undefined) result.push({ kind: "symbol", text: symbol, start, end });
  }
  return result;
}

/** Where a part that stands between "and" and "or" ends; the "and" of a "between" belongs to it. -1 where brackets do not close. */
export function partEnd(list: Token[], from: number): number {
  let depth = 0;
  let betweens = 0;
  for (let at = from; at < list.length; at++) {
    const token = list[at];
    if (!token || token.kind === "text") continue;
    if (token.text === "(") depth++;
    else if (token.text === ")") {
      if (depth === 0) return at;
      depth--;
    } else if (depth === 0 && token.text === "between") betweens++;
    else if (depth === 0 && token.text === "and" && betweens > 0) betweens--;
    else if (depth === 0 && (token.text === "and" || token.text === "or") && token.kind === "name") return at;
  }
  return depth === 0 ? list.length : -1;
}

/** Whether a text falls apart at an "and" or an "or" outside of brackets; what cannot be read is taken to do so. */
export function splits(source: string, word?: "or"): boolean {
  const list = tokens(source);
  if (!list) return true;
  for (let at = partEnd(list, 0); at < list.length; at = partEnd(list, at + 1)) {
    if (at < 0 || list[at]?.text === ")") return true;
    if (!word || list[at]?.text === word) return true;
  }
  return false;
}
