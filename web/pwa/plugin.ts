// What makes the page installable: the manifest, icons drawn from the mark, and the service worker that knows the files of this build.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";
import type { Plugin, Rolldown } from "vite";
import { png } from "./png.ts";
import { draw, type Shape } from "./raster.ts";

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const MAX_KEPT_AT_ONCE = 160 * 1024; // larger files are kept when they are first used
const SURFACE = { light: "#ffffff", dark: "#11181f" };

interface Icon { name: string; size: number; maskable: boolean }
const ICONS: Icon[] = [
  { name: "icon-192.png", size: 192, maskable: false }, { name: "icon-512.png", size: 512, maskable: false },
  { name: "icon-maskable-192.png", size: 192, maskable: true }, { name: "icon-maskable-512.png", size: 512, maskable: true }, { name: "apple-touch-icon.png", size: 180, maskable: true },
];

function color(text: string): [number, number, number] {
  const hex = text.length === 4 ? text.replace(/[0-9a-f]/gi, "$&$&") : text;
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}
function icon({ size, maskable }: Icon): Buffer {
  const mark = readFileSync(file("public/favicon.svg"), "utf8");
  const background = /<rect[^>]*fill="(#\w+)"/.exec(mark)?.[1] ?? "#0b6475";
  const shapes: Shape[] = [...mark.matchAll(/<path fill="(#\w+)" d="([^"]+)"/g)].map(([, fill = "#fff", path = ""]) => ({ fill: color(fill), path }));
  return png(size, draw({ size, shapes, background: color(background), scale: maskable ? 0.78 : 1, radius: maskable ? 0 : 7 / 32 }));
}
function manifest(): string {
  const name = (JSON.parse(readFileSync(file("src/i18n/zh-CN/common.json"), "utf8")) as Record<string, string>)["app.name"] ?? "";
  const icons = ICONS.filter((item) => item.name.startsWith("icon")).map((item) => ({ src: `/${item.name}`, sizes: `${item.size}x${item.size}`, type: "image/png", purpose: item.maskable ? "maskable" : "any" }));
  return JSON.stringify({
    id: "/", name, short_name: name, lang: "zh-CN", start_url: "/today", scope: "/", display: "standalone", background_color: SURFACE.light, theme_color: SURFACE.light,
    icons: [...icons, { src: "/favicon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" }],
  });
}

/** Files of a page that come on top of the program itself: its own chunk and what that imports. */
function filesOf(bundle: Rolldown.OutputBundle, source: string): string[] {
  const chunks = Object.values(bundle).filter((item) => item.type === "chunk");
  const entry = chunks.find((item) => item.isEntry);
  const reached = (name: string, found: Set<string>): Set<string> => {
    const chunk = chunks.find((item) => item.fileName === name);
    if (!chunk || found.has(name)) return found;
    found.add(name);
    for (const other of chunk.imports) reached(other, found);
    return found;
  };
  const start = chunks.find((item) => item.facadeModuleId?.endsWith(source) || item.moduleIds.some((id) => id.endsWith(source)));
  if (!start || !entry || start === entry) return [];
  const known = reached(entry.fileName, new Set());
  const files = [...reached(start.fileName, new Set())].filter((name) => !known.has(name));
  const styles = files.flatMap((name) => [...(chunks.find((item) => item.fileName === name)?.viteMetadata?.importedCss ?? [])]);
  return [...files, ...styles].map((name) => `/${name}`);
}
/** What the first paint waits for is asked for before the program, not behind it. */
function stylesFirst(html: string): string {
  const styles = /^ *<link rel="stylesheet".*\n/gm;
  const program = /^ *<script type="module"/m;
  return html.replace(styles, "").replace(program, (found) => (html.match(styles) ?? []).join("") + found);
}
const EARLY = { "zh-CN": "src/i18n/zh-CN/index.ts", en: "src/i18n/en/index.ts", today: "src/today/TodayPage.vue", list: "src/list/ListPage.vue", record: "src/record/RecordPage.vue" };

export function pwa(): Plugin {
  return {
    name: "haike-pwa",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle }) => ({ html: stylesFirst(html), tags: [
        ...(bundle ? [{ tag: "meta", attrs: { name: "haike-chunks", content: JSON.stringify(Object.fromEntries(Object.entries(EARLY).map(([name, source]) => [name, filesOf(bundle, source)]))) }, injectTo: "head-prepend" as const }] : []),
        { tag: "link", attrs: { rel: "manifest", href: "/manifest.webmanifest" }, injectTo: "head" },
        { tag: "link", attrs: { rel: "apple-touch-icon", href: "/apple-touch-icon.png" }, injectTo: "head" },
      ] }),
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const found = ICONS.find((item) => request.url === `/${item.name}`);
        if (request.url === "/manifest.webmanifest") response.setHeader("Content-Type", "application/manifest+json").end(manifest());
        else if (found) response.setHeader("Content-Type", "image/png").end(icon(found));
        else next();
      });
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const emitted: [string, string | Buffer][] = [["manifest.webmanifest", manifest()], ...ICONS.map((item): [string, Buffer] => [item.name, icon(item)])];
        for (const [fileName, source] of emitted) this.emitFile({ type: "asset", fileName, source });
        const known = readdirSync(file("public")).map((name): [string, string | Uint8Array] => [name, readFileSync(file(`public/${name}`))]);
        const hashed = Object.values(bundle).filter((item) => item.fileName.startsWith("assets/")).map((item): [string, string | Uint8Array] => [item.fileName, item.type === "chunk" ? item.code : item.source]);
        const kept = [...hashed.filter(([, source]) => source.length <= MAX_KEPT_AT_ONCE), ...known, ...emitted];
        const page = Object.values(bundle).find((item) => item.fileName === "index.html");
        const version = createHash("sha256");
        for (const [name, source] of [...kept, ["index.html", page?.type === "asset" ? page.source : ""] as const]) version.update(name).update(source);
        const worker = readFileSync(file("pwa/worker.js"), "utf8").replace("__VERSION__", version.digest("hex").slice(0, 16)).replace("__FILES__", JSON.stringify(kept.map(([name]) => `/${name}`)));
        this.emitFile({ type: "asset", fileName: "sw.js", source: worker });
      },
    },
  };
}
