import { describe, expect, it } from "vitest";
import { addressText } from "./text";

describe("addressText", () => {
  it("says each place once", () => {
    expect(addressText({ province: "浙江省", city: "杭州市", district: "余杭区", detail: "临平大道 100 号" })).toBe("浙江 杭州 余杭区 临平大道 100 号");
    expect(addressText({ province: "北京市", city: "市辖区", district: "海淀区" })).toBe("北京 海淀区");
    expect(addressText({ province: "广西壮族自治区" })).toBe("广西");
    expect(addressText(null)).toBe("");
  });
});
