// The shell on the device. Hashed files come from here, the page from the network first; nothing of /api is ever kept or answered.
const VERSION = "__VERSION__";
const FILES = __FILES__;
const SHELL = `haike-shell-${VERSION}`;
const ASSETS = "haike-assets";
const PAGE = "/index.html";
const PAGE_WAIT_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (FILES.includes(pathname)) event.respondWith(own(request, pathname));
});

async function fill() {
  const shell = await caches.open(SHELL);
  const assets = await caches.open(ASSETS);
  await shell.addAll([PAGE, ...FILES.filter((path) => !path.startsWith("/assets/"))].map((path) => new Request(path, { cache: "reload" })));
  for (const path of FILES) if (path.startsWith("/assets/") && !(await assets.match(path))) await assets.add(path);
}

async function tidy() {
  for (const name of await caches.keys()) if (name.startsWith("haike-shell-") && name !== SHELL) await caches.delete(name);
  const assets = await caches.open(ASSETS);
  for (const request of await assets.keys()) if (!FILES.includes(new URL(request.url).pathname)) await assets.delete(request);
}

async function page(request) {
  const kept = await (await caches.open(SHELL)).match(PAGE);
  if (!kept) return fetch(request);
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(), PAGE_WAIT_MS);
  try {
    const answer = await fetch(request, { signal: wait.signal });
    return answer.status >= 500 ? kept : answer;
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

async function asset(request) {
  const assets = await caches.open(ASSETS);
  const kept = await assets.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await assets.put(request, answer.clone());
  return answer;
}

async function own(request, pathname) {
  return (await (await caches.open(SHELL)).match(pathname)) ?? fetch(request);
}
