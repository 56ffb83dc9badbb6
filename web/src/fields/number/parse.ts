// What people type for a figure: separators, full-width digits, ¥, %, 万 and 亿. Answers the digits as text so that no decimal is lost, or null for empty.
export type Parsed = { ok: true; value: number | string | null } | { ok: false };

export function parseFigure(input: string, percent: boolean): Parsed {
  let text = input.normalize("NFKC").replace(/[,\s，_]/g, "").replace(/^[¥$€£]/, "");
  if (text === "") return { ok: true, value: null };
  let shift = 0;
  if (text.endsWith("亿")) shift = 8;
  else if (text.endsWith("万")) shift = 4;
  if (shift) text = text.slice(0, -1);
  const marked = text.endsWith("%");
  if (marked) text = text.slice(0, -1);
  if (!/^-?\d+(\.\d+)?$|^-?\.\d+$/.test(text)) return { ok: false };
  if (percent) shift -= 2;
  else if (marked) return { ok: false };
  const moved = shift === 0 ? text : movePoint(text, shift);
  const number = Number(moved);
  return { ok: true, value: Number.isSafeInteger(Math.trunc(number)) && String(number) === moved ? number : moved };
}

function movePoint(text: string, places: number): string {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const digits = (places >= 0 ? whole + fraction.padEnd(places, "0") : whole.padStart(1 - places, "0") + fraction);
  const at = (places >= 0 ? whole.length : Math.max(whole.length, 1 - places)) + places;
  const head = digits.slice(0, at).replace(/^0+(?=\d)/, "") || "0";
  const tail = digits.slice(at).replace(/0+$/, "");
  return `${negative ? "-" : ""}${head}${tail ? `.${tail}` : ""}`;
}
