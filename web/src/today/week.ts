// The seven days of the week that a day belongs to, beginning where the organisation's weeks begin.
export function weekDays(now: Date, start: 0 | 1 | 6): Date[] {
  const back = (now.getDay() - start + 7) % 7;
  return Array.from({ length: 7 }, (_, index) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - back + index));
}
