import type { Address, Json } from "@/meta/types";

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
