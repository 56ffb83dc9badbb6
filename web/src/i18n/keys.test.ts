// Every text is said in both languages, every key is used, and no component carries words of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "vue/compiler-sfc";
import { describe, expect, it } from "vitest";
import en from "./en";
import zh from "./zh-CN";

type TemplateNode = NonNullable<NonNullable<ReturnType<typeof parse>["descriptor"]["template"]>["ast"]>["children"][number];
const NODE = { element: 1, text: 2, attribute: 6 };

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
  it("writes no words into templates", () => {
    // keys of a keyboard, names of products, a language's own name; an expression shown as an example
    const own = new Set(["Esc", "Tab", "Ctrl", "Enter", "EN", "iPhone", "Android", "Outlook", "OpenID", "Connect", "LDAP", "JSON", "English", "中文", "简体中文", "切换到中文"]);
    const isWord = (text: string): boolean => (text.match(/\p{L}{2,}/gu) ?? []).some((word) => !own.has(word));
    const shown = /^(title|label|alt|hint|placeholder|aria-(label|description|placeholder))$/;
    // … an address, a name in a directory, a key of a role
    const examples = /^[a-z_]+(\(\))? ([<=+]|>=) |^KH-|\.example\.com$|dc=com$|^\(member=|^sales$|^[\d.:a-f/\n]+$/;
    const found: string[] = [];
    for (const { name, text } of sources.filter((source) => source.name.endsWith(".vue"))) {
      const walk = (node: TemplateNode): void => {
        if (node.type === NODE.text && "content" in node && typeof node.content === "string" && isWord(node.content)) found.push(`${name}: ${node.content.trim()}`);
        if (node.type !== NODE.element || !("props" in node)) return;
        for (const prop of node.props) {
          const value = prop.type === NODE.attribute && "value" in prop ? (prop.value?.content ?? "") : "";
          if (shown.test(prop.name) && isWord(value) && !examples.test(value)) found.push(`${name}: ${prop.name}="${value}"`);
        }
        node.children.forEach(walk);
      };
      parse(text).descriptor.template?.ast?.children.forEach(walk);
    }
    expect(found).toEqual([]);
  });
  it("writes Chinese words into scripts only where dates, figures and typed lines are read and written", () => {
    const readers = new Set(["calendar/dates.ts", "gantt/scale.ts", "lib/format.ts", "lib/pinyin.ts", "tasks/parse.ts", "fields/address/text.ts", "fields/number/parse.ts", "frame/palette/useCommands.ts"]);
    const found = sources.filter(({ name }) => !readers.has(name.replaceAll("\\", "/"))).flatMap(({ name, text }) => {
      const script = (name.endsWith(".vue") ? text.slice(0, text.indexOf("<template>")) : text).replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
      return [...script.matchAll(/["'`][^"'`\n]*[\u4e00-\u9fff][^"'`\n]*["'`]/g)].map((match) => `${name}: ${match[0]}`);
    });
    expect(found).toEqual([]);
  });
});
