// What a browser says of itself, in two words: which browser, on what.
const BROWSERS: [RegExp, string][] = [[/MicroMessenger/, "WeChat"], [/DingTalk/, "DingTalk"], [/Edg(e|A|iOS)?\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\/|FxiOS/, "Firefox"], [/Chrome\/|CriOS/, "Chrome"], [/Safari\//, "Safari"]];
const SYSTEMS: [RegExp, string][] = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/HarmonyOS/, "HarmonyOS"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X|Macintosh/, "macOS"], [/Linux|X11/, "Linux"]];

export interface Device { name: string; phone: boolean }

export function deviceOf(agent: string): Device {
  const find = (list: [RegExp, string][]): string | undefined => list.find(([pattern]) => pattern.test(agent))?.[1];
  const parts = [find(BROWSERS), find(SYSTEMS)].filter((part): part is string => part !== undefined);
  return { name: parts.join(" · ") || agent.split(/[\s/]/)[0] || "", phone: /Mobile|iPhone|Android/.test(agent) };
}
