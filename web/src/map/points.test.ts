import { describe, expect, it } from "vitest";
import { boxFilter, clusters, commonCity, gridStep, pointOf, wordSides, type Point } from "./points";
import type { FieldDef } from "@/meta/types";

const position: FieldDef = { id: 1, name: "location", type: "position", label: "" };
const level: FieldDef = { id: 2, name: "level", type: "choice", label: "", options: [{ key: "A", label: "A", color: "green" }] };
const point = (id: number, lat: number, lng: number, city = ""): Point => ({ id, name: String(id), lat, lng, color: "brand", city });

describe("points", () => {
  it("takes places, colours and names from records, and nothing from half a place", () => {
    expect(pointOf({ id: 1, version: 1, name: "甲", location: { lat: 30, lng: 120 }, level: "A" }, position, level, "杭州")).toEqual({ id: 1, name: "甲", lat: 30, lng: 120, color: "green", city: "杭州" });
    expect(pointOf({ id: 1, version: 1, name: null, location: { lat: 30 } }, position, undefined, "")).toBeNull();
    expect(pointOf({ id: 1, version: 1, location: null }, position, undefined, "")).toBeNull();
  });
  it("gathers what is close, at its middle", () => {
    const found = clusters([point(1, 1, 1), point(2, 3, 3), point(3, 50, 50)], ({ lat, lng }) => ({ x: lng, y: lat }), 10);
    expect(found.map((item) => item.points.map(({ id }) => id))).toEqual([[1, 2], [3]]);
    expect([found[0]?.lat, found[0]?.lng]).toEqual([2, 2]);
  });
  it("puts words where they cover nothing: right, else left, else nowhere", () => {
    const spot = (x: number, y: number, words = 60): { x: number; y: number; r: number; words: number } => ({ x, y, r: 8, words });
    expect(wordSides([spot(100, 100), spot(390, 50)], 400)).toEqual(["right", "left"]);
    expect(wordSides([spot(100, 100), spot(140, 104)], 400)).toEqual(["left", "right"]);
    expect(wordSides([spot(100, 100), spot(140, 104), spot(60, 98)], 400)).toEqual(["none", "right", "none"]);
    expect(wordSides([spot(100, 100, 0)], 400)).toEqual(["none"]);
  });
  it("names the commonest city", () => {
    expect(commonCity([point(1, 0, 0, "杭州"), point(2, 0, 0, "上海"), point(3, 0, 0, "上海")])).toBe("上海");
    expect(commonCity([point(1, 0, 0)])).toBe("");
  });
  it("asks for a box, for a box over the date line and for the whole world", () => {
    expect(boxFilter("location", { south: 29.12345, north: 31, west: 119, east: 121 })).toBe("latitude(location) between 29.1235 and 31 and longitude(location) between 119 and 121");
    expect(boxFilter("p", { south: -95, north: 95, west: 170, east: 200 })).toBe("latitude(p) between -90 and 90 and (longitude(p) >= 170 or longitude(p) <= -160)");
    expect(boxFilter("p", { south: 0, north: 1, west: -200, east: 300 })).toBe("latitude(p) between 0 and 1");
  });
  it("chooses round steps", () => {
    expect([gridStep(100, 12), gridStep(3, 12), gridStep(0.01, 12)]).toEqual([10, 0.5, 0.001]);
  });
});
