// Places out of records, and what of them stands so close that one mark says it.
import type { Color, FieldDef, RecordData } from "@/meta/types";
import { option } from "@/meta/catalog";

export interface Point { id: number; name: string; lat: number; lng: number; color: Color; city: string }
export interface Cluster { key: string; points: Point[]; lat: number; lng: number }
export interface Box { south: number; north: number; west: number; east: number }

export function pointOf(record: RecordData, position: FieldDef, colored: FieldDef | undefined, city: string): Point | null {
  const place = record[position.name];
  if (place === null || typeof place !== "object" || Array.isArray(place)) return null;
  const { lat, lng } = place;
  if (typeof lat !== "number" || typeof lng !== "number") return null;
  const key = colored ? record[colored.name] : undefined;
  const color = colored && typeof key === "string" ? option(colored, key)?.color : undefined;
  return { id: record.id, name: typeof record.name === "string" ? record.name : `#${record.id}`, lat, lng, color: color ?? "brand", city };
}

/** Points on the screen (pixels, by project) that lie within a distance of one that came before them belong to its cluster, which stands at their middle. */
export function clusters(points: Point[], project: (point: Point) => { x: number; y: number }, distance: number): Cluster[] {
  const found: { x: number; y: number; points: Point[] }[] = [];
  const cells = new Map<string, number[]>(); // clusters by the cell of their first point: only neighbours are asked
  for (const point of points) {
    const { x, y } = project(point);
    const column = Math.floor(x / distance), row = Math.floor(y / distance);
    let near: number | undefined;
    for (let i = -1; i <= 1 && near === undefined; i++) for (let k = -1; k <= 1 && near === undefined; k++) {
      near = cells.get(`${column + i}:${row + k}`)?.find((at) => { const other = found[at]; return other && Math.hypot(other.x - x, other.y - y) <= distance; });
    }
    if (near !== undefined) found[near]?.points.push(point);
    else {
      const key = `${column}:${row}`;
      cells.set(key, [...(cells.get(key) ?? []), found.length]);
      found.push({ x, y, points: [point] });
    }
  }
  return found.map((cluster, at) => ({
    key: String(at), points: cluster.points,
    lat: cluster.points.reduce((sum, point) => sum + point.lat, 0) / cluster.points.length,
    lng: cluster.points.reduce((sum, point) => sum + point.lng, 0) / cluster.points.length,
  }));
}

export interface Spot { x: number; y: number; r: number; words: number }
export type Side = "right" | "left" | "none";
const HALF_LINE = 9; // pixels above and below the middle of the words

/** On which side of each mark its words (so many pixels wide) cover no other mark, no other words and stay in sight: right where it can be, else left, else nowhere. */
export function wordSides(spots: Spot[], width: number): Side[] {
  interface Rect { left: number; right: number; top: number; bottom: number }
  const around = (spot: Spot): Rect => ({ left: spot.x - spot.r, right: spot.x + spot.r, top: spot.y - spot.r, bottom: spot.y + spot.r });
  const taken: { rect: Rect; of: Spot }[] = spots.map((spot) => ({ rect: around(spot), of: spot }));
  return spots.map((spot): Side => {
    if (!spot.words) return "none";
    const line = { top: spot.y - HALF_LINE, bottom: spot.y + HALF_LINE };
    const sides: [Side, Rect][] = [["right", { ...line, left: spot.x + spot.r, right: spot.x + spot.r + spot.words }], ["left", { ...line, left: spot.x - spot.r - spot.words, right: spot.x - spot.r }]];
    const free = sides.find(([, rect]) => rect.left >= 0 && rect.right <= width && !taken.some(({ rect: other, of }) => of !== spot && rect.left < other.right && rect.right > other.left && rect.top < other.bottom && rect.bottom > other.top));
    if (!free) return "none";
    taken.push({ rect: free[1], of: spot });
    return free[0];
  });
}

/** The city that most of them are in, if any says one. */
export function commonCity(points: Point[]): string {
  const counts = new Map<string, number>();
  for (const point of points) if (point.city) counts.set(point.city, (counts.get(point.city) ?? 0) + 1);
  let best = "";
  for (const [city, count] of counts) if (count > (counts.get(best) ?? 0)) best = city;
  return best;
}

const degrees = (value: number): string => String(Math.round(value * 1e4) / 1e4);

/** Records whose position lies in the box; one that crosses the date line is two halves. */
export function boxFilter(field: string, box: Box): string {
  const north = Math.min(90, box.north), south = Math.max(-90, box.south);
  const latitude = `latitude(${field}) between ${degrees(south)} and ${degrees(north)}`;
  if (box.east - box.west >= 360) return latitude;
  const wrap = (value: number): number => ((((value + 180) % 360) + 360) % 360) - 180;
  const west = wrap(box.west), east = wrap(box.east);
  const longitude = west <= east ? `longitude(${field}) between ${degrees(west)} and ${degrees(east)}` : `(longitude(${field}) >= ${degrees(west)} or longitude(${field}) <= ${degrees(east)})`;
  return `${latitude} and ${longitude}`;
}

/** A round step in degrees, so that about so many lines cross the span. */
export function gridStep(span: number, lines: number): number {
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
  return steps.find((step) => span / step <= lines) ?? 30;
}
