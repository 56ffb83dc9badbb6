// Every text is said in both languages, every key is used, and no component carries words of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en";
import zh from "./zh-CN";

const root = join(import.meta.dirname, "..");
const files = (readdirSync(root, { recursive: true }) as string[]).filter((name) => /\.(vue|ts)$/.test(name) && !name.endsWith(".test.ts"));
const sources = files.map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));
const used = new Set(sources.flatMap(({ text }) => [...text.matchAll(/\bt\(\s*["'`]([\w.]+)["'`]/g)].map((match) => match[1] ?? "")));
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

describe("texts", () => {
  it("says each key once", () => {
    for (const lang of ["en", "zh-CN"]) {
      const keys = readdirSync(join(import.meta.dirname, lang)).filter((name) => name.endsWith(".json"))
        .flatMap((name) => Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, lang, name), "utf8")) as object));
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    }
  });
  it("has the same keys in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });
  it("misses no key", () => {
    expect([...used].filter((key) => !(key in zh))).toEqual([]);
  });
  it("keeps no key that nobody uses", () => {
    expect(Object.keys(zh).filter((key) => !used.has(key))).toEqual([]);
  });
  it("names the same places in both languages", () => {
    const both = zh as Record<string, string>;
    const other = en as Record<string, string>;
    expect(Object.keys(both).filter((key) => placeholders(both[key] ?? "").join() !== placeholders(other[key] ?? "").join())).toEqual([]);
  });
  it("writes no Chinese words into templates", () => {
    // a language's own name is the same in every language
    const own = new Set(["中文", "简体中文", "切换到中文"]);
    const found = sources.filter(({ name }) => name.endsWith(".vue")).flatMap(({ name, text }) => {
      const template = text.slice(text.indexOf("<template>"), text.lastIndexOf("</template>"));
      return [...template.matchAll(/[\u4e00-\u9fff]+/g)].map((match) => match[0]).filter((words) => !own.has(words)).map((words) => `${name}: ${words}`);
    });
    expect(found).toEqual([]);
  });
});
