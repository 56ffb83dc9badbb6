// What is left of the time for a first response. Pure.
export interface ClockState { late: boolean; soon: boolean; minutes: number }
const SOON_MIN = 15;

export function clockState(due: string, now: Date): ClockState | null {
  const at = Date.parse(due);
  if (Number.isNaN(at)) return null;
  const left = at - now.getTime();
  return { late: left < 0, soon: left >= 0 && left <= SOON_MIN * 60_000, minutes: left < 0 ? Math.floor(-left / 60_000) : Math.max(1, Math.round(left / 60_000)) };
}
