import { describe, expect, it } from "vitest";
import { matchScore, pieces } from "./match";
import { initials } from "./pinyin";

describe("initials", () => {
  it("spells the first letters of Chinese words", () => {
    expect(initials("新建商机")).toBe("xjsj");
    expect(initials("宏岱科技")).toBe("hdkj");
    expect(initials("A 类客户")).toBe("alkh");
  });
});

describe("matchScore", () => {
  it("prefers the exact, then the beginning, then the middle, then letters in order", () => {
    const exact = matchScore("客户", "客户");
    const start = matchScore("客户", "客户列表");
    const middle = matchScore("客户", "新建客户");
    const loose = matchScore("nwc", "new customer");
    expect(exact).toBeGreaterThan(start);
    expect(start).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThan(loose);
    expect(loose).toBeGreaterThan(0);
  });
  it("finds by initials and by keywords", () => {
    expect(matchScore("xjsj", "新建商机")).toBeGreaterThan(0);
    expect(matchScore("dark", "换成深色", ["theme", "dark"])).toBeGreaterThan(0);
    expect(matchScore("zzz", "新建商机")).toBe(0);
  });
  it("matches everything when nothing was typed", () => {
    expect(matchScore("", "客户")).toBe(1);
  });
});

describe("pieces", () => {
  it("marks literal hits", () => {
    expect(pieces("科技", "宏岱科技股份")).toEqual([{ text: "宏岱", hit: false }, { text: "科技", hit: true }, { text: "股份", hit: false }]);
  });
  it("marks the characters that initials stand for", () => {
    expect(pieces("dkj", "宏岱科技")).toEqual([{ text: "宏", hit: false }, { text: "岱科技", hit: true }]);
    expect(pieces("zz", "宏岱科技")).toEqual([{ text: "宏岱科技", hit: false }]);
  });
});
