import { describe, expect, it } from "vitest";
import { asPlace, mapAddress, parsePlace } from "./place";

describe("positions", () => {
  it("are read as people write them, if they are on the earth", () => {
    expect(parsePlace("30.2741, 120.1551")).toEqual({ lat: 30.2741, lng: 120.1551 });
    expect(parsePlace("30.2741，120.1551")).toEqual({ lat: 30.2741, lng: 120.1551 });
    expect(parsePlace("-30 -120.5")).toEqual({ lat: -30, lng: -120.5 });
    expect([parsePlace("120.1551, 30.2741"), parsePlace("杭州"), parsePlace("")]).toEqual([null, null, null]);
    expect([asPlace({ lat: 1, lng: 2 }), asPlace({ lat: "x" }), asPlace(null)]).toEqual([{ lat: 1, lng: 2 }, null, null]);
  });
  it("open on a map by coordinates, else by address", () => {
    expect(mapAddress("宏岱", { lat: 30.5, lng: 120 }, null)).toContain("position=120,30.5");
    expect(decodeURIComponent(mapAddress("宏岱", null, { province: "浙江省", city: "杭州市", detail: "临平大道 100 号" }) ?? "")).toContain("keyword=浙江 杭州 临平大道 100 号");
    expect(mapAddress("宏岱", null, null)).toBe(null);
  });
});
