// Draws filled paths of an SVG into pixels, for the icons of the installed page: no browser and no library, the shapes are few.
export interface Shape { path: string; fill: [number, number, number] }
export interface Placed { size: number; scale: number; shapes: Shape[]; background: [number, number, number]; radius: number }
type Point = [number, number];
const STEPS = 24;
const SUB = 4;

/** Path data with M L H V C Z and their relative forms as closed polygons. */
export function polygons(path: string): Point[][] {
  const tokens = path.match(/[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)/g) ?? [];
  const result: Point[][] = [];
  let at: Point = [0, 0];
  let current: Point[] = [];
  let command = "";
  let index = 0;
  const number = (): number => Number(tokens[index++]);
  const base = (): Point => (command === command.toLowerCase() ? at : [0, 0]);
  while (index < tokens.length) {
    if (/[A-Za-z]/.test(tokens[index] ?? "")) command = tokens[index++] ?? "";
    const kind = command.toUpperCase();
    const [x, y] = base();
    if (kind === "Z") {
      result.push(current);
      current = [];
      continue;
    }
    if (kind === "C") {
      const [p1, p2, p3]: Point[] = [[x + number(), y + number()], [x + number(), y + number()], [x + number(), y + number()]];
      for (let step = 1; step <= STEPS; step++) current.push(bezier(at, p1!, p2!, p3!, step / STEPS));
      at = p3!;
    } else {
      if (kind === "H") at = [x + number(), at[1]];
      else if (kind === "V") at = [at[0], y + number()];
      else at = [x + number(), y + number()];
      current.push(at);
    }
  }
  if (current.length) result.push(current);
  return result;
}
function bezier(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const u = 1 - t;
  const mix = (i: 0 | 1): number => u * u * u * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t * t * t * d[i];
  return [mix(0), mix(1)];
}

/** How much of each pixel a shape covers, 0 to 1; the inside is where the winding is not zero. */
function coverage(shape: Point[][], size: number): Float32Array {
  const cover = new Float32Array(size * size);
  for (let line = 0; line < size * SUB; line++) {
    const y = (line + 0.5) / SUB;
    const crossings: [number, number][] = [];
    for (const points of shape) {
      points.forEach((from, index) => {
        const to = points[(index + 1) % points.length]!;
        if ((from[1] <= y) === (to[1] <= y)) return;
        crossings.push([from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0]), to[1] > from[1] ? 1 : -1]);
      });
    }
    crossings.sort((a, b) => a[0] - b[0]);
    let winding = 0;
    crossings.forEach(([x, way], index) => {
      winding += way;
      const next = crossings[index + 1];
      if (winding !== 0 && next) fillRow(cover, size, Math.floor(y), x, next[0]);
    });
  }
  return cover;
}
function fillRow(cover: Float32Array, size: number, row: number, from: number, to: number): void {
  const left = Math.max(0, from);
  const right = Math.min(size, to);
  for (let x = Math.floor(left); x < right; x++) {
    const at = row * size + x;
    cover[at] = (cover[at] ?? 0) + Math.max(0, Math.min(x + 1, right) - Math.max(x, left)) / SUB;
  }
}
function roundedSquare(size: number, radius: number): Point[][] {
  if (radius === 0) return [[[0, 0], [size, 0], [size, size], [0, size]]];
  const points: Point[] = [];
  const corners: [number, number, number][] = [[size - radius, radius, -90], [size - radius, size - radius, 0], [radius, size - radius, 90], [radius, radius, 180]];
  for (const [x, y, start] of corners) {
    for (let step = 0; step <= STEPS; step++) {
      const angle = ((start + (90 * step) / STEPS) * Math.PI) / 180;
      points.push([x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
    }
  }
  return [points];
}

/** RGBA of an icon: a square of the background with the shapes, drawn on a grid of 32, in its middle. */
export function draw({ size, scale, shapes, background, radius }: Placed): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  const unit = (size / 32) * scale;
  const shift = (size - 32 * unit) / 2;
  const layers = [{ fill: background, cover: coverage(roundedSquare(size, radius * size), size) }, ...shapes.map((shape) => ({ fill: shape.fill, cover: coverage(polygons(shape.path).map((points) => points.map(([x, y]): Point => [x * unit + shift, y * unit + shift])), size) }))];
  for (let at = 0; at < size * size; at++) {
    let color: [number, number, number] = background;
    let alpha = 0;
    for (const { fill, cover } of layers) {
      const share = Math.min(1, cover[at] ?? 0);
      if (share === 0) continue;
      color = alpha === 0 ? fill : [0, 1, 2].map((i) => color[i]! * (1 - share) + fill[i]! * share) as [number, number, number];
      alpha = Math.max(alpha, share);
    }
    pixels.set([...color.map(Math.round), Math.round(alpha * 255)], at * 4);
  }
  return pixels;
}
