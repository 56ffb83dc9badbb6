// What one typed line says about a task, in Chinese or English: when, how urgent, how often, who, when to remind. Shown before it is saved, and each part can be taken back.
export type PartKind = "date" | "time" | "priority" | "repeat" | "person" | "remind";
export interface Part { kind: PartKind; text: string }
export interface Understood {
  title: string;
  due: Date | null;
  /** false: no hour was said, the day's end is meant */
  timed: boolean;
  priority: string | null;
  repeat: string | null;
  person: string | null;
  /** minutes before the task is due */
  remind: number | null;
  parts: Part[];
}
export const DAY_ENDS_AT = 18;

const DIGITS = "零一二三四五六七八九十";
const NUM = "\\d{1,3}|[一二两三四五六七八九十]{1,3}";
const ZH_DAY: Record<string, number> = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 日: 7, 天: 7 };
const EN_DAY: Record<string, number> = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };
const EN_MONTH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAY = "(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?";
const MONTH = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
// a name begins like a weekday ("给周一鸣打电话"): after such words it is a person
const NOT_A_PERSON = "(?<![给找约和跟与叫问请让帮向陪催见])";

export function number(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const plain = text.replace(/两/g, "二");
  const ten = plain.indexOf("十");
  if (ten < 0) return DIGITS.indexOf(plain);
  return (ten === 0 ? 1 : DIGITS.indexOf(plain.slice(0, ten))) * 10 + (ten === plain.length - 1 ? 0 : DIGITS.indexOf(plain.slice(ten + 1)));
}

type Groups = (string | undefined)[];
interface Draft { day: Date | null; minutes: number | null; evening: boolean; exact: Date | null; priority: string | null; repeat: string | null; person: string | null; remind: number | null; now: Date }
interface Rule { kind: PartKind; pattern: RegExp; take: (draft: Draft, groups: Groups) => boolean }

const dayOf = (now: Date, days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
const isoDay = (date: Date): number => date.getDay() || 7;
const weekday = (now: Date, day: number, weeks: number | null): Date => {
  const ahead = day - isoDay(now);
  return dayOf(now, weeks === null ? (ahead + 7) % 7 : ahead + weeks * 7);
};
function valid(year: number, month: number, day: number): Date | null {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}
/** A day without a year is the next one of that name. */
function coming(now: Date, month: number, day: number): Date | null {
  const date = valid(now.getFullYear(), month, day);
  return date && date < dayOf(now, 0) ? valid(now.getFullYear() + 1, month, day) : date;
}
function setDay(draft: Draft, date: Date | null): boolean {
  if (!date || draft.day) return false;
  draft.day = date;
  return true;
}
function after(draft: Draft, count: number, unit: string): boolean {
  const { now } = draft;
  if (/^(小时|钟头|h|hour)/.test(unit) || /^(分|min)/.test(unit)) {
    draft.exact = new Date(now.getTime() + count * (/^(分|min)/.test(unit) ? 60_000 : 3_600_000));
    return true;
  }
  if (/^(个?月|month)/.test(unit)) return setDay(draft, new Date(now.getFullYear(), now.getMonth() + count, now.getDate()));
  return setDay(draft, dayOf(now, count * (/^(周|个?星期|个?礼拜|week)/.test(unit) ? 7 : 1)));
}
function setTime(draft: Draft, hourText: string, minuteText: string | undefined, period: string, bare: boolean): boolean {
  let hour = number(hourText);
  const minute = minuteText === undefined || minuteText === "" || minuteText === "整" ? 0 : minuteText === "半" ? 30 : minuteText === "一刻" ? 15 : minuteText === "三刻" ? 45 : number(minuteText);
  if (draft.minutes !== null || hour < 0 || hour > 24 || minute < 0 || minute > 59) return false;
  const late = /下午|晚|傍晚|^p/i.test(period) || (period === "中午" && hour < 3) || (!period && draft.evening && hour < 12);
  const early = /上午|早|凌晨|^a/i.test(period);
  if (late && hour < 12) hour += 12;
  else if (early && hour === 12) hour = 0;
  // nobody is called at three in the morning
  else if (!early && !period && bare && hour >= 1 && hour <= 6) hour += 12;
  draft.minutes = hour * 60 + minute;
  return true;
}
const PRIORITY: Record<string, string> = { 高: "high", 重要: "high", high: "high", h: "high", 紧急: "urgent", 急: "urgent", urgent: "urgent", u: "urgent", 低: "low", low: "low", l: "low", 普通: "normal", 中: "normal", normal: "normal" };
const REMIND_UNIT = (unit: string): number => (/^(分|min)/.test(unit) ? 1 : /^(小时|hour|h)/.test(unit) ? 60 : 1440);

const RULES: Rule[] = [
  { kind: "person", pattern: /(?<=^|\s)[@＠]([\p{L}\p{N}_.-]{1,30})/iu, take: (draft, [name]) => { draft.person = name ?? null; return true; } },
  { kind: "priority", pattern: /[!！](紧急|重要|普通|高|急|低|中|urgent|high|normal|low|[hul])(?![\p{L}])/iu, take: (draft, [word]) => { draft.priority = PRIORITY[(word ?? "").toLowerCase()] ?? null; return draft.priority !== null; } },
  { kind: "priority", pattern: /(?<=^|\s)[!！]{2,3}(?=$|\s)/u, take: (draft) => { draft.priority = "urgent"; return true; } },
  { kind: "remind", pattern: new RegExp(`提前(${NUM})(个?小时|分钟?|天)(?:提醒)?`, "u"), take: (draft, [count = "", unit = ""]) => { draft.remind = number(count) * REMIND_UNIT(unit.replace("个", "")); return true; } },
  { kind: "remind", pattern: /\bremind(?: me)? (\d{1,3}) ?(min(?:ute)?s?|hours?|h|days?) before\b/i, take: (draft, [count = "", unit = ""]) => { draft.remind = Number(count) * REMIND_UNIT(unit.toLowerCase()); return true; } },
  { kind: "repeat", pattern: /每个?工作日|每天|每日/u, take: (draft, [word = ""]) => { draft.repeat = word.includes("工作") ? "weekdays" : "daily"; return true; } },
  { kind: "repeat", pattern: /每个?(?:周|星期|礼拜)([一二三四五六日天])?/u, take: (draft, [day]) => { draft.repeat = "weekly"; if (day) setDay(draft, weekday(draft.now, ZH_DAY[day] ?? 1, null)); return true; } },
  { kind: "repeat", pattern: /每个?月(?:(\d{1,2})[号日])?/u, take: (draft, [day]) => { draft.repeat = "monthly"; if (day) setDay(draft, monthDay(draft.now, Number(day))); return true; } },
  { kind: "repeat", pattern: /\b(?:every ?day|daily)\b/i, take: (draft) => { draft.repeat = "daily"; return true; } },
  { kind: "repeat", pattern: /\b(?:every weekday|every working day|on weekdays)\b/i, take: (draft) => { draft.repeat = "weekdays"; return true; } },
  { kind: "repeat", pattern: new RegExp(`\\bevery ${WEEKDAY}\\b`, "i"), take: (draft, [day = ""]) => { draft.repeat = "weekly"; return setDay(draft, weekday(draft.now, EN_DAY[day.slice(0, 3).toLowerCase()] ?? 1, null)) || true; } },
  { kind: "repeat", pattern: /\b(?:every week|weekly)\b/i, take: (draft) => { draft.repeat = "weekly"; return true; } },
  { kind: "repeat", pattern: /\b(?:every month|monthly)\b/i, take: (draft) => { draft.repeat = "monthly"; return true; } },

  { kind: "date", pattern: /(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?!\d)/u, take: (draft, [year, month, day]) => setDay(draft, valid(Number(year), Number(month), Number(day))) },
  { kind: "date", pattern: /(?<!\d)(\d{1,2})月(\d{1,2})[日号]?(?!\d)/u, take: (draft, [month, day]) => setDay(draft, coming(draft.now, Number(month), Number(day))) },
  { kind: "date", pattern: new RegExp(`(${NUM})(个?小时|个?钟头|分钟|天|周|个?星期|个?礼拜|个?月)[之以]?后`, "u"), take: (draft, [count = "", unit = ""]) => after(draft, number(count), unit.replace("个", "")) },
  { kind: "date", pattern: /大后天|后天|明天|明早|明晚|明日|今天|今早|今晚|今日/u, take: (draft, groups) => zhDay(draft, groups[0] ?? "") },
  { kind: "date", pattern: new RegExp(`(下下|下|这|本)个?(?:周|星期|礼拜)([一二三四五六日天])`, "u"), take: (draft, [which = "", day = ""]) => setDay(draft, weekday(draft.now, ZH_DAY[day] ?? 1, which === "下下" ? 2 : which === "下" ? 1 : 0)) },
  { kind: "date", pattern: new RegExp(`${NOT_A_PERSON}(?:周|星期|礼拜)([一二三四五六日天])`, "u"), take: (draft, [day = ""]) => setDay(draft, weekday(draft.now, ZH_DAY[day] ?? 1, null)) },
  { kind: "date", pattern: /(下下|下)个?(?:周末)/u, take: (draft, [which]) => setDay(draft, weekday(draft.now, 6, which === "下下" ? 2 : 1)) },
  { kind: "date", pattern: /(?:这|本)?周末/u, take: (draft) => setDay(draft, weekday(draft.now, 6, null)) },
  { kind: "date", pattern: /(下下|下)个?(?:周|星期|礼拜)/u, take: (draft, [which]) => setDay(draft, weekday(draft.now, 1, which === "下下" ? 2 : 1)) },
  { kind: "date", pattern: /下个?月(\d{1,2})[号日]/u, take: (draft, [day]) => setDay(draft, valid(draft.now.getFullYear(), draft.now.getMonth() + 2, Number(day))) },
  { kind: "date", pattern: /下个?月底/u, take: (draft) => setDay(draft, new Date(draft.now.getFullYear(), draft.now.getMonth() + 2, 0)) },
  { kind: "date", pattern: /(?:本|这个)?月底/u, take: (draft) => setDay(draft, new Date(draft.now.getFullYear(), draft.now.getMonth() + 1, 0)) },
  { kind: "date", pattern: /下个?月(?!\d)/u, take: (draft) => setDay(draft, new Date(draft.now.getFullYear(), draft.now.getMonth() + 1, 1)) },
  { kind: "date", pattern: /(?<!\d)(\d{1,2})[号日](?![泵机楼线炉罐车厂库门店院区阀样])/u, take: (draft, [day]) => setDay(draft, monthDay(draft.now, Number(day))) },
  { kind: "date", pattern: /(?<![\d/.])(\d{1,2})\/(\d{1,2})(?![\d/%])/, take: (draft, [month, day]) => setDay(draft, Number(month) <= 12 ? coming(draft.now, Number(month), Number(day)) : null) },
  { kind: "date", pattern: /\bthe day after tomorrow\b|\bday after tomorrow\b/i, take: (draft) => setDay(draft, dayOf(draft.now, 2)) },
  { kind: "date", pattern: /\b(today|tonight|tomorrow|tmrw?|tmr)\b/i, take: (draft, [word = ""]) => { draft.evening = /tonight/i.test(word); return setDay(draft, dayOf(draft.now, /^tod|^ton/i.test(word) ? 0 : 1)); } },
  { kind: "date", pattern: /\bin (\d{1,3}|an?|one|two|three) ?(minutes?|mins?|hours?|h|days?|weeks?|months?)\b/i, take: (draft, [count = "", unit = ""]) => after(draft, { a: 1, an: 1, one: 1, two: 2, three: 3 }[count.toLowerCase()] ?? Number(count), unit.toLowerCase()) },
  { kind: "date", pattern: new RegExp(`\\b(?:on )?(?:(next|this) )?${WEEKDAY}\\b`, "i"), take: (draft, [which, day = ""]) => setDay(draft, weekday(draft.now, EN_DAY[day.slice(0, 3).toLowerCase()] ?? 1, which?.toLowerCase() === "next" ? 1 : which ? 0 : null)) },
  { kind: "date", pattern: /\bnext week\b/i, take: (draft) => setDay(draft, weekday(draft.now, 1, 1)) },
  { kind: "date", pattern: /\bnext month\b/i, take: (draft) => setDay(draft, new Date(draft.now.getFullYear(), draft.now.getMonth() + 1, 1)) },
  { kind: "date", pattern: /\b(?:by |at )?(?:the )?end of (?:the )?month\b/i, take: (draft) => setDay(draft, new Date(draft.now.getFullYear(), draft.now.getMonth() + 1, 0)) },
  { kind: "date", pattern: new RegExp(`\\b(?:on )?${MONTH}\\.? (\\d{1,2})(?:st|nd|rd|th)?\\b(?!:)`, "i"), take: (draft, [month = "", day]) => setDay(draft, coming(draft.now, EN_MONTH.indexOf(month.slice(0, 3).toLowerCase()) + 1, Number(day))) },
  { kind: "date", pattern: new RegExp(`\\b(?:on )?(\\d{1,2})(?:st|nd|rd|th)? (?:of )?${MONTH}\\b`, "i"), take: (draft, [day, month = ""]) => setDay(draft, coming(draft.now, EN_MONTH.indexOf(month.slice(0, 3).toLowerCase()) + 1, Number(day))) },

  { kind: "time", pattern: new RegExp(`(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?(${NUM})(?:点钟?|时)(?!间)(半|一刻|三刻|整|[0-5]?\\d|[一二三四五六七八九十]{1,3})?分?`, "u"), take: (draft, [period, hour = "", minute]) => setTime(draft, hour, minute, period ?? "", true) },
  { kind: "time", pattern: /(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)(?: ?([ap]\.?m\.?)(?![a-z]))?/iu, take: (draft, [period, hour = "", minute, half]) => setTime(draft, hour, minute, half ?? period ?? "", !hour.startsWith("0")) },
  { kind: "time", pattern: /\b(?:at )?(1[0-2]|[1-9]) ?([ap])\.?m\.?(?![a-z])/i, take: (draft, [hour = "", half = ""]) => setTime(draft, hour, undefined, half, false) },
  { kind: "time", pattern: /\bat (1?\d|2[0-3])\b(?![:.%\d])/i, take: (draft, [hour = ""]) => setTime(draft, hour, undefined, "", true) },
  { kind: "time", pattern: /\b(?:at )?noon\b/i, take: (draft) => setTime(draft, "12", undefined, "", false) },
  { kind: "time", pattern: /早上|上午|中午|下午|傍晚|晚上/u, take: (draft, groups) => { const hour = { 早上: 9, 上午: 10, 中午: 12, 下午: 15, 傍晚: 18, 晚上: 20 }[groups[0] ?? ""]; return hour !== undefined && setTime(draft, String(hour), undefined, "", false); } },
  { kind: "time", pattern: /\b(?:in the )?(morning|afternoon|evening)\b/i, take: (draft, [word = ""]) => setTime(draft, { morning: "9", afternoon: "15", evening: "20" }[word.toLowerCase()] ?? "9", undefined, "", false) },
];

function monthDay(now: Date, day: number): Date | null {
  const date = valid(now.getFullYear(), now.getMonth() + 1, day);
  return date && date >= dayOf(now, 0) ? date : valid(now.getFullYear(), now.getMonth() + 2, day);
}
function zhDay(draft: Draft, word: string): boolean {
  if (/晚$/.test(word)) draft.evening = true;
  const days = word.startsWith("大后") ? 3 : word.startsWith("后") ? 2 : word.startsWith("明") ? 1 : 0;
  return setDay(draft, dayOf(draft.now, days));
}

/** @param kept parts the person has taken back: they stay in the title */
export function parseLine(line: string, now: Date, kept: ReadonlySet<string> = new Set()): Understood {
  const draft: Draft = { day: null, minutes: null, evening: false, exact: null, priority: null, repeat: null, person: null, remind: null, now };
  const found: (Part & { at: number })[] = [];
  let rest = line;
  for (const rule of RULES) {
    if (found.some((part) => part.kind === rule.kind)) continue;
    const match = rule.pattern.exec(rest);
    if (!match || kept.has(match[0].trim())) continue;
    const groups = match.length > 1 ? match.slice(1) : [match[0]];
    if (!rule.take(draft, groups)) continue;
    found.push({ kind: rule.kind, text: match[0].trim(), at: match.index });
    // what was understood leaves a gap of the same length, so that later places stay true
    rest = rest.slice(0, match.index) + "\u0000".repeat(match[0].length) + rest.slice(match.index + match[0].length);
  }
  // where a part was cut out of running Chinese no gap is left; what the person spaced stays spaced
  const title = rest.replace(/\s*\u0000[\s\u0000]*(?:之?前(?=[㐀-鿿]))?/gu, (gap) => (/\s/.test(gap) ? " " : "\u0001")).replace(/\u0001(?=[㐀-鿿])|(?<=[㐀-鿿])\u0001/gu, "").replace(/[\s\u0001]+/gu, " ").replace(/^[\s,，、。;；:：]+|[\s,，、;；]+$/g, "").replace(/\s(?:by|at|on)$/i, "");
  const due = dueOf(draft);
  return {
    title: title || line.trim(), due, timed: draft.exact !== null || draft.minutes !== null || draft.evening, priority: draft.priority, repeat: draft.repeat, person: draft.person, remind: due ? draft.remind : null,
    parts: found.sort((a, b) => a.at - b.at).map(({ kind, text }) => ({ kind, text })),
  };
}

function dueOf(draft: Draft): Date | null {
  const { now, exact, day } = draft;
  if (exact) return new Date(Math.ceil(exact.getTime() / 60_000) * 60_000);
  const minutes = draft.minutes ?? (draft.evening ? 20 * 60 : null);
  if (!day && minutes === null) return draft.repeat ? new Date(now.getFullYear(), now.getMonth(), now.getDate(), DAY_ENDS_AT) : null;
  const base = day ?? dayOf(now, 0);
  const due = new Date(base.getFullYear(), base.getMonth(), base.getDate(), 0, minutes ?? DAY_ENDS_AT * 60);
  // an hour that has passed today is tomorrow's
  return !day && due <= now ? new Date(base.getFullYear(), base.getMonth(), base.getDate() + 1, 0, minutes ?? 0) : due;
}
