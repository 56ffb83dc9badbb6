// Provinces, cities and districts, loaded when an address is first edited. Source and licence: divisions.LICENSE.txt.
export interface Division { name: string; children?: Division[] }
type Raw = [string, [string, string[]][]][];
let loaded: Promise<Division[]> | null = null;

export function loadDivisions(): Promise<Division[]> {
  loaded ??= import("./divisions.json").then((module) =>
    (module.default as unknown as Raw).map(([name, cities]) => ({ name, children: cities.map(([city, districts]) => ({ name: city, children: districts.map((district) => ({ name: district })) })) })));
  return loaded;
}
