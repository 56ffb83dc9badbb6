import { describe, expect, it } from "vitest";
import { findPeople, insertMention, mentionAt, mentionedIn, mentionPieces } from "./mentions";

const people = [{ id: 1, name: "顾明远" }, { id: 3, name: "陈知远" }, { id: 4, name: "陈知" }, { id: 5, name: "Mary Lee", detail: "mary" }];

describe("typing a mention", () => {
  it("is seen at the caret, in both widths, and not inside an address", () => {
    expect(mentionAt("请 @陈知", 5)).toEqual({ start: 2, query: "陈知" });
    expect(mentionAt("请＠cz", 4)).toEqual({ start: 1, query: "cz" });
    expect(mentionAt("请@", 2)).toEqual({ start: 1, query: "" });
    expect([mentionAt("a@b", 3), mentionAt("@陈知远 好", 6), mentionAt("没有", 2), mentionAt("@陈", 0)]).toEqual([null, null, null, null]);
  });
  it("puts the name and one space, and the caret behind them", () => {
    const text = "请 @cz 看一下";
    const asked = mentionAt(text, 5)!;
    expect(insertMention(text, asked, 5, "陈知远")).toEqual({ text: "请 @陈知远 看一下", caret: 7 });
    expect(insertMention("@", { start: 0, query: "" }, 1, "陈知远")).toEqual({ text: "@陈知远 ", caret: 5 });
  });
  it("finds people by characters, initials and other names", () => {
    expect(findPeople(people, "czy", 5).map((person) => person.id)).toEqual([3]);
    expect(findPeople(people, "明远", 5).map((person) => person.id)).toEqual([1]);
    expect(findPeople(people, "mary", 5).map((person) => person.id)).toEqual([5]);
    expect(findPeople(people, "", 2).map((person) => person.id)).toEqual([1, 3]);
  });
});

describe("mentions in a text", () => {
  it("are marked, the longest name first", () => {
    expect(mentionPieces("@陈知远 和 @陈知 去", people.map((person) => person.name))).toEqual([
      { text: "@陈知远", person: true }, { text: " 和 ", person: false }, { text: "@陈知", person: true }, { text: " 去", person: false },
    ]);
    expect(mentionPieces("没有人", [])).toEqual([{ text: "没有人", person: false }]);
    expect(mentionPieces("", ["a"])).toEqual([]);
    expect(mentionPieces("@a.b (c)", ["a.b (c)"])).toEqual([{ text: "@a.b (c)", person: true }]);
  });
  it("names each person once, and nobody who was taken out again", () => {
    expect(mentionedIn("@陈知远 @陈知远", [...people, people[1]!]).map((person) => person.id)).toEqual([3]);
    expect(mentionedIn("陈知远", people)).toEqual([]);
  });
});
