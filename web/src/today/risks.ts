// Why a deal is at risk, as far as its own data say so.
import { dayDistance, parseDate } from "@/lib/format";
import { asText, type Json, type RecordData } from "@/meta/types";

export const SILENT_DAYS = 14;
export type Reason = { kind: "passed"; days: number } | { kind: "noNext" } | { kind: "silent"; days: number | null } | { kind: "slipped"; times: number; days: number };
export interface Change { at: string; changes: { field: string; from: Json; to: Json }[] }

/** How often and by how much the close date was put off in the last days. */
export function slips(history: Change[], now: Date, within = 60): { times: number; days: number } {
  let times = 0;
  let days = 0;
  for (const item of history) {
    const at = parseDate(item.at);
    if (!at || -dayDistance(at, now) > within) continue;
    for (const change of item.changes) {
      const from = change.field === "close_date" ? parseDate(asText(change.from)) : null;
      const to = change.field === "close_date" ? parseDate(asText(change.to)) : null;
      if (!from || !to || to <= from) continue;
      times++;
      days += dayDistance(to, from);
    }
  }
  return { times, days };
}

export function reasons(record: RecordData, now: Date, history?: Change[]): Reason[] {
  const found: Reason[] = [];
  const close = parseDate(asText(record.close_date));
  if (close && dayDistance(close, now) < 0) found.push({ kind: "passed", days: -dayDistance(close, now) });
  const slipped = history ? slips(history, now) : { times: 0, days: 0 };
  if (slipped.times) found.push({ kind: "slipped", ...slipped });
  const spoken = parseDate(asText(record.last_followed_at));
  if (!spoken) {
    const made = parseDate(asText(record.created_at));
    if (made && -dayDistance(made, now) > SILENT_DAYS) found.push({ kind: "silent", days: null });
  } else if (-dayDistance(spoken, now) > SILENT_DAYS) found.push({ kind: "silent", days: -dayDistance(spoken, now) });
  if (!asText(record.next_follow_up)) found.push({ kind: "noNext" });
  return found;
}
