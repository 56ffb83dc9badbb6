import { describe, expect, it } from "vitest";
import en from "@/i18n/en";
import zh from "@/i18n/zh-CN";
import { cooldownUntil, countdown, countdownText, daysIn, flowDays, meter, movementReason, movementWhat, movementWho, reordered, ruleCause, ruleSentence, withGhosts, type Say } from "./words";

const say = (texts: Record<string, string>): Say => (key, values = {}) => (texts[key] ?? `?${key}`).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
const inChinese = say(zh);
const inEnglish = say(en);
const now = new Date(2026, 10, 30, 10, 0);

describe("a rule as a sentence", () => {
  it("says the clock, the days and the warning", () => {
    expect(ruleSentence({ clock: "follow_up", days: 14, warn_days: 3 }, inChinese)).toBe("超过 14 天没有有效跟进 → 回收，提前 3 天提醒");
    expect(ruleSentence({ clock: "deal", days: 90, warn_days: null }, inChinese)).toBe("超过 90 天没有成交 → 回收");
    expect(ruleSentence({ clock: "gained", days: 180, warn_days: 7 }, inEnglish)).toBe("Held for more than 180 days → recycled, warned 7 days before");
  });
  it("is a cause alone where it explains a day", () => {
    expect(ruleCause({ clock: "follow_up", days: 14 }, inChinese)).toBe("超过 14 天没有有效跟进");
  });
});

describe("limits", () => {
  it("have a rest and a tone", () => {
    expect(meter(5, 3)).toEqual({ limit: 5, used: 3, left: 2, share: 0.6, tone: "ok" });
    expect(meter(50, 45)?.tone).toBe("soon");
    expect(meter(5, 7)).toMatchObject({ left: 0, share: 1, tone: "now" });
    expect(meter(0, 0)).toMatchObject({ left: 0, share: 1, tone: "now" });
    expect(meter(null, 9)).toBeNull();
  });
});

describe("the cool-down", () => {
  const record = { pooled_at: "2026-11-28T15:00:00+08:00", former_owner: { id: 7, name: "张伟" } };
  it("binds the former owner alone, until its day", () => {
    expect(cooldownUntil(record, { cooldown_days: 7 }, 7, now)?.getDate()).toBe(5);
    expect(cooldownUntil(record, { cooldown_days: 7 }, 8, now)).toBeNull();
    expect(cooldownUntil(record, { cooldown_days: 2 }, 7, now)).toBeNull();
    expect(cooldownUntil(record, { cooldown_days: null }, 7, now)).toBeNull();
  });
});

describe("the days that are left", () => {
  it("are quiet until the rule warns", () => {
    expect(countdown("2026-12-06", 3, now)).toEqual({ days: 6, tone: "quiet" });
    expect(countdown("2026-12-03", 3, now)).toEqual({ days: 3, tone: "soon" });
    expect(countdown("2026-12-01", 0, now)?.tone).toBe("soon");
    expect(countdown("2026-11-30", 3, now)?.tone).toBe("now");
    expect(countdown("", 3, now)).toBeNull();
  });
  it("are said with the pool, and without it where it is not known", () => {
    expect(countdownText({ days: 6, tone: "quiet" }, "华东公海", inChinese)).toBe("还有 6 天回收到华东公海");
    expect(countdownText({ days: 0, tone: "now" }, "", inEnglish)).toBe("Recycled with the next sweep");
  });
  it("count the days in the pool", () => {
    expect(daysIn("2026-11-27T01:00:00Z", now)).toBe(3);
    expect(daysIn("2026-12-27T01:00:00Z", now)).toBe(0);
  });
});

describe("movements", () => {
  const base = { id: 1, version: 1, from_user: { id: 3, name: "张伟" }, to_user: { id: 4, name: "李娜" }, rule: { id: 9, name: "14 天" }, created_by: { id: 5, name: "王芳" } };
  it("are read as sentences", () => {
    expect(movementWhat({ ...base, kind: "recycle" }, inChinese)).toBe("按规则“14 天”从张伟回收");
    expect(movementWhat({ ...base, kind: "assign" }, inEnglish)).toBe("assigned it to 李娜");
    expect(movementWhat({ ...base, kind: "release" }, inChinese)).toBe("把张伟的放回公海");
    expect(movementWhat({ ...base, kind: "release", created_by: base.from_user }, inChinese)).toBe("放回公海");
    expect(movementWhat({ ...base, kind: "recycle", rule: null, from_user: null }, inChinese)).toBe("从同事回收");
  });
  it("give a reason that they do not say already", () => {
    expect([movementReason({ ...base, reason: "暂停采购" }), movementReason({ ...base, reason: "14 天" }), movementReason({ ...base, reason: null, rule: null })]).toEqual(["暂停采购", "", ""]);
  });
  it("name who did it; a rule is nobody", () => {
    expect(movementWho({ ...base, kind: "claim" })).toBe("李娜");
    expect(movementWho({ ...base, kind: "release" })).toBe("王芳");
    expect(movementWho({ ...base, kind: "recycle" })).toBeNull();
  });
});

describe("the flow of a period", () => {
  const days = flowDays({ size: 10, in: [{ day: "2026-11-29", kind: "recycle", count: 4 }], out: [{ day: "2026-11-30", kind: "claim", count: 1 }, { day: "2026-10-01", kind: "claim", count: 9 }] }, "2026-11-28", "2026-11-30");
  it("reckons the size back from its end", () => {
    expect(days.map((day) => [day.day, day.size])).toEqual([["2026-11-28", 7], ["2026-11-29", 11], ["2026-11-30", 10]]);
  });
  it("counts what goes out downwards", () => {
    expect(days[2]?.counts.get("claim")).toBe(-1);
    expect(days[1]?.counts.get("recycle")).toBe(4);
  });
});

describe("a row that was just taken", () => {
  const items = [{ id: 1 }, { id: 3 }, { id: 4 }];
  it("stays at its place for a moment, and what is gone leaves", () => {
    expect(withGhosts(items, [{ record: { id: 2 }, index: 1 }], new Set([4])).map((item) => item.id)).toEqual([1, 2, 3]);
    expect(withGhosts(items, [{ record: { id: 3 }, index: 1 }], new Set()).map((item) => item.id)).toEqual([1, 3, 4]);
    expect(withGhosts(items, [], new Set())).toBe(items);
  });
});

describe("rules in a new order", () => {
  const rules = [{ id: 1, order: 10 }, { id: 2, order: 20 }, { id: 3, order: 30 }];
  it("changes only what moves", () => {
    expect(reordered(rules, 2, 1)).toEqual([{ id: 3, order: 20 }, { id: 2, order: 30 }]);
    expect(reordered(rules, 0, 0)).toEqual([]);
    expect(reordered(rules, 5, 0)).toEqual([]);
  });
});
