import type { Address, Json } from "@/meta/types";
import type { Division } from "./divisions";

export function asAddress(value: Json | undefined): Address {
  if (!value || typeof value !== "object" || Array.isArray(value)) return {};
  const part = (key: string): string | undefined => (typeof value[key] === "string" ? value[key] : undefined);
  return { province: part("province"), city: part("city"), district: part("district"), detail: part("detail") };
}

/** "浙江 杭州 余杭区 临平大道 100 号": the ranks that everybody knows are left out, and a city that is its province is said once. */
export function addressText(value: Json | undefined): string {
  const address = asAddress(value);
  const province = address.province?.replace(/(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$/, "");
  const city = address.city === "市辖区" || address.city === "县" ? undefined : address.city?.replace(/市$/, "");
  return [province, city === province ? undefined : city, address.district, address.detail].filter(Boolean).join(" ");
}

const short = (name: string): string => name.replace(/(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|地区|自治州|盟|新区|区|县)$/, "");

function take(text: string, list: Division[] | undefined): { found?: Division; rest: string } {
  const known = [...(list ?? [])].sort((a, b) => b.name.length - a.name.length);
  const found = known.find((item) => text.startsWith(item.name)) ?? known.find((item) => short(item.name).length > 1 && text.startsWith(short(item.name)));
  if (!found) return { rest: text };
  return { found, rest: text.slice(text.startsWith(found.name) ? found.name.length : short(found.name).length).replace(/^[\s,，省市]+/, "") };
}

/** A whole address in one line, as it is pasted from elsewhere; null where no province or city of it is known. */
export function splitAddress(line: string, divisions: Division[]): Address | null {
  const text = line.trim().replace(/^中国\s*/, "");
  let { found: province, rest } = take(text, divisions);
  let city: Division | undefined;
  if (province?.children?.length === 1) city = province.children[0];
  else if (province) ({ found: city, rest } = take(rest, province.children));
  else {
    province = divisions.find((item) => take(text, item.children).found);
    if (province) ({ found: city, rest } = take(text, province.children));
  }
  if (!province) return null;
  const district = take(rest, city?.children);
  return { province: province.name, city: city?.name, district: district.found?.name, detail: district.rest.trim() || undefined };
}
