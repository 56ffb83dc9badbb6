// What a risk says: its reasons in the reader's language, how loud it is. Pure.
import { asNumber, asText, type Json } from "@/meta/types";

export interface RiskReason { text: string; weight: number }
export function riskReasons(risks: Json | undefined, lang: string): RiskReason[] {
  if (!Array.isArray(risks)) return [];
  return risks.flatMap((item) => {
    const message = item !== null && typeof item === "object" && !Array.isArray(item) ? item.message : null;
    const texts = message !== null && message !== undefined && typeof message === "object" && !Array.isArray(message) ? message : {};
    const text = asText(texts[lang]) || asText(texts["zh-CN"]);
    return text && item !== null && typeof item === "object" && !Array.isArray(item) ? [{ text, weight: asNumber(item.weight) ?? 0 }] : [];
  });
}
export function riskTone(risk: number): "coral" | "amber" | "neutral" {
  return risk >= 60 ? "coral" : risk >= 30 ? "amber" : "neutral";
}
