// Where due work is put off to: the same hour of a later working day.
export interface Postponement { key: "tomorrow" | "inThree" | "monday" | "week"; at: string }
const MORNING = 10;

function on(days: number, hours: number, minutes: number, now: Date): string {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(hours, minutes, 0, 0);
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

export function postponements(at: string, now: Date): Postponement[] {
  const was = new Date(at);
  const known = !Number.isNaN(was.getTime()) && was.getHours() >= 7;
  const hours = known ? was.getHours() : MORNING;
  const minutes = known ? was.getMinutes() : 0;
  const toMonday = ((8 - now.getDay()) % 7) || 7;
  const options: Postponement[] = [{ key: "tomorrow", at: on(1, hours, minutes, now) }, { key: "inThree", at: on(3, hours, minutes, now) }, { key: "monday", at: on(toMonday, hours, minutes, now) }, { key: "week", at: on(7, hours, minutes, now) }];
  return options.filter((option, index) => options.findIndex((other) => other.at === option.at) === index);
}
