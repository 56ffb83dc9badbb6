import { describe, expect, it } from "vitest";
import { number, parseLine } from "./parse";

// a Sunday at noon
const now = new Date("2026-11-22T12:00:00");
function due(line: string): string | null {
  const date = parseLine(line, now).due;
  if (!date) return null;
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

describe("Chinese lines", () => {
  it("understands the whole line", () => {
    expect(parseLine("明天下午3点 给王总打电话 !高", now)).toMatchObject({ title: "给王总打电话", timed: true, priority: "high", parts: [{ kind: "date", text: "明天" }, { kind: "time", text: "下午3点" }, { kind: "priority", text: "!高" }] });
    expect(due("明天下午3点 给王总打电话 !高")).toBe("2026-11-23 15:00");
  });
  it.each([
    ["今天交报表", "2026-11-22 18:00"], ["今晚八点半开会", "2026-11-22 20:30"], ["明晚发邮件", "2026-11-23 20:00"], ["后天上午十点拜访", "2026-11-24 10:00"], ["大后天寄样", "2026-11-25 18:00"],
    ["周五前交方案", "2026-11-27 18:00"], ["下周三 14:30 评审", "2026-11-25 14:30"], ["下下周一出差", "2026-11-30 18:00"], ["下周盘点", "2026-11-23 18:00"], ["周末加班", "2026-11-28 18:00"],
    ["月底对账", "2026-11-30 18:00"], ["下月5号开票", "2026-12-05 18:00"], ["25号回访", "2026-11-25 18:00"], ["5号回访", "2026-12-05 18:00"], ["12月3日 9:00 到货", "2026-12-03 09:00"], ["1月8日年会", "2027-01-08 18:00"],
    ["2027-03-01 续约", "2027-03-01 18:00"], ["三天后跟进", "2026-11-25 18:00"], ["两周后复查", "2026-12-06 18:00"], ["两小时后回电", "2026-11-22 14:00"], ["30分钟后提醒我", "2026-11-22 12:30"], ["下午打电话", "2026-11-22 15:00"],
    ["9点开会", "2026-11-23 09:00"], ["3点开会", "2026-11-22 15:00"], ["晚上9点一刻开会", "2026-11-22 21:15"], ["明早8点半出发", "2026-11-23 08:30"],
  ])("%s", (line, expected) => { expect(due(line)).toBe(expected); });
  it("does not take people and things for dates", () => {
    expect(parseLine("给周一鸣打电话", now)).toMatchObject({ title: "给周一鸣打电话", due: null });
    expect(parseLine("检修 3号泵", now)).toMatchObject({ title: "检修 3号泵", due: null });
    expect(parseLine("报价 DN200 阀门 12 台", now)).toMatchObject({ title: "报价 DN200 阀门 12 台", due: null, parts: [] });
  });
  it("leaves no rest of a date in the title", () => {
    expect(["周五前交方案", "请明天下午发报价给王总", "拜访 明天 王总"].map((line) => parseLine(line, now).title)).toEqual(["交方案", "请发报价给王总", "拜访 王总"]);
  });
  it("reads how often, who, and when to remind", () => {
    expect(parseLine("每周一 10点 周例会", now)).toMatchObject({ title: "周例会", repeat: "weekly" });
    expect(due("每周一 10点 周例会")).toBe("2026-11-23 10:00");
    expect(parseLine("每个工作日 看邮件", now)).toMatchObject({ title: "看邮件", repeat: "weekdays" });
    expect(parseLine("每天 看邮件", now)).toMatchObject({ repeat: "daily" });
    expect(parseLine("每月15号 对账", now)).toMatchObject({ title: "对账", repeat: "monthly" });
    expect(parseLine("明天 提前15分钟提醒 开会 @林若溪", now)).toMatchObject({ title: "开会", remind: 15, person: "林若溪" });
  });
  it("keeps in the title what the person takes back", () => {
    expect(parseLine("明天计划 评审", now, new Set(["明天"]))).toMatchObject({ title: "明天计划 评审", due: null });
  });
  it("keeps the line where nothing else is left", () => {
    expect(parseLine("明天", now).title).toBe("明天");
  });
  it("reads numerals", () => {
    expect(["两", "十", "十二", "二十", "二十五", "7"].map(number)).toEqual([2, 10, 12, 20, 25, 7]);
  });
});

describe("English lines", () => {
  it("understands the whole line", () => {
    expect(parseLine("tomorrow 3pm call Mr Wang !high", now)).toMatchObject({ title: "call Mr Wang", priority: "high", timed: true });
  });
  it.each([
    ["tomorrow 3pm call Bob", "2026-11-23 15:00"], ["today send report", "2026-11-22 18:00"], ["tonight call", "2026-11-22 20:00"], ["friday review", "2026-11-27 18:00"], ["next Friday review", "2026-11-27 18:00"], ["send offer on Tuesday at 9:30", "2026-11-24 09:30"],
    ["in 3 days follow up", "2026-11-25 18:00"], ["in 2 hours call back", "2026-11-22 14:00"], ["next week plan", "2026-11-23 18:00"], ["Dec 3 kickoff at 10", "2026-12-03 10:00"], ["3rd of December kickoff", "2026-12-03 18:00"], ["11/25 visit", "2026-11-25 18:00"],
    ["end of month invoice", "2026-11-30 18:00"], ["call at 3", "2026-11-22 15:00"], ["day after tomorrow noon lunch", "2026-11-24 12:00"], ["tomorrow morning train", "2026-11-23 09:00"], ["11:30 am call", "2026-11-23 11:30"],
  ])("%s", (line, expected) => { expect(due(line)).toBe(expected); });
  it("reads how often, who, and when to remind", () => {
    expect(parseLine("every monday 9am stand-up", now)).toMatchObject({ title: "stand-up", repeat: "weekly" });
    expect(parseLine("daily check mail !low", now)).toMatchObject({ title: "check mail", repeat: "daily", priority: "low" });
    expect(parseLine("tomorrow demo remind me 30 minutes before @lin", now)).toMatchObject({ title: "demo", remind: 30, person: "lin" });
  });
  it("leaves ordinary words alone", () => {
    expect(parseLine("order 3 pumps for the Monday Club project", now, new Set(["Monday"]))).toMatchObject({ due: null });
    expect(parseLine("may need a new quote", now)).toMatchObject({ title: "may need a new quote", due: null });
    expect(parseLine("mail bob@example.com", now)).toMatchObject({ person: null, title: "mail bob@example.com" });
  });
});
