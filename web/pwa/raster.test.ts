import { describe, expect, it } from "vitest";
import { png } from "./png.ts";
import { draw, polygons } from "./raster.ts";

const WHITE: [number, number, number] = [255, 255, 255];
const SEA: [number, number, number] = [11, 100, 117];

describe("icons", () => {
  it("reads absolute and relative path commands", () => {
    expect(polygons("M1 1H3v2h-2Z")).toEqual([[[1, 1], [3, 1], [3, 3], [1, 3]]]);
  });
  it("draws shapes on a rounded square with clear corners", () => {
    const pixels = draw({ size: 32, scale: 1, radius: 0.25, background: SEA, shapes: [{ path: "M8 8H24V24H8Z", fill: WHITE }] });
    const at = (x: number, y: number): number[] => [...pixels.slice((y * 32 + x) * 4, (y * 32 + x) * 4 + 4)];
    expect(at(16, 16)).toEqual([255, 255, 255, 255]);
    expect(at(3, 16)).toEqual([11, 100, 117, 255]);
    expect(at(0, 0)[3]).toBe(0);
  });
  it("writes a file that begins and ends like a PNG", () => {
    const file = png(2, new Uint8Array(16).fill(255));
    expect(file.subarray(1, 4).toString()).toBe("PNG");
    expect(file.subarray(-8, -4).toString()).toBe("IEND");
  });
});
