import { describe, expect, it } from "vitest";
import type { Json } from "@/meta/types";
import { riskReasons, riskTone } from "./risk";

describe("risk", () => {
  const risks: Json = [{ rule: 1, weight: 30, message: { "zh-CN": "停留过久", en: "too long" } }, { rule: 2, weight: 10, message: { "zh-CN": "只有中文" } }, { rule: 3 }, "?"];
  it("says its reasons in the reader's language, else in the first one", () => {
    expect(riskReasons(risks, "en")).toEqual([{ text: "too long", weight: 30 }, { text: "只有中文", weight: 10 }]);
    expect(riskReasons(risks, "zh-CN")[0]?.text).toBe("停留过久");
    expect(riskReasons(null, "en")).toEqual([]);
  });
  it("is louder the higher it is", () => {
    expect([10, 30, 60].map(riskTone)).toEqual(["neutral", "amber", "coral"]);
  });
});
