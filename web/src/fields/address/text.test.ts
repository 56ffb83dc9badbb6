import { describe, expect, it } from "vitest";
import { addressText, splitAddress } from "./text";

describe("addressText", () => {
  it("says each place once", () => {
    expect(addressText({ province: "浙江省", city: "杭州市", district: "余杭区", detail: "临平大道 100 号" })).toBe("浙江 杭州 余杭区 临平大道 100 号");
    expect(addressText({ province: "北京市", city: "市辖区", district: "海淀区" })).toBe("北京 海淀区");
    expect(addressText({ province: "广西壮族自治区" })).toBe("广西");
    expect(addressText(null)).toBe("");
  });
});

describe("splitAddress", () => {
  const divisions = [
    { name: "浙江省", children: [{ name: "杭州市", children: [{ name: "余杭区" }, { name: "临平区" }] }, { name: "宁波市", children: [] }] },
    { name: "北京市", children: [{ name: "市辖区", children: [{ name: "海淀区" }] }] },
  ];
  it("finds the places at the beginning of a line, written whole or short", () => {
    expect(splitAddress("浙江省杭州市余杭区临平大道 100 号", divisions)).toEqual({ province: "浙江省", city: "杭州市", district: "余杭区", detail: "临平大道 100 号" });
    expect(splitAddress("浙江 宁波 北仑港", divisions)).toEqual({ province: "浙江省", city: "宁波市", district: undefined, detail: "北仑港" });
    expect(splitAddress("北京市海淀区中关村", divisions)).toEqual({ province: "北京市", city: "市辖区", district: "海淀区", detail: "中关村" });
    expect(splitAddress("杭州临平区星光街", divisions)).toEqual({ province: "浙江省", city: "杭州市", district: "临平区", detail: "星光街" });
    expect(splitAddress("中山路 3 号", divisions)).toBe(null);
  });
});
