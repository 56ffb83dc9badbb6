// Whoever comes back from a record to its list finds it where it was left.
import type { RouteLocationNormalized, Router } from "vue-router";

interface Place { top: number; left: number }
const PATIENCE = 2000;
const HELD = 600;
const KEPT = 20;

function boxes(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(".lp .scroll")].filter((box) => !box.closest("[data-panel]"));
}
function addressOf(route: RouteLocationNormalized): string {
  const { open: _open, ...query } = route.query;
  return `${route.path}?${new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []))).toString()}`;
}
/** The list may still be filling, or look for its open row by itself: the place is held for a moment, until somebody scrolls. */
function restore(places: Place[]): void {
  let until = performance.now() + PATIENCE;
  let settled = false;
  const stop = (): void => { until = 0; };
  const events = ["wheel", "touchstart", "pointerdown", "keydown"] as const;
  for (const event of events) window.addEventListener(event, stop, { once: true, passive: true });
  const step = (): void => {
    const found = boxes();
    const there = places.every((place, index) => {
      const box = found[index];
      if (!box) return place.top === 0 && place.left === 0;
      box.scrollTop = place.top;
      box.scrollLeft = place.left;
      return Math.abs(box.scrollTop - place.top) <= 1;
    });
    if (there && !settled) {
      settled = true;
      until = Math.min(until, performance.now() + HELD);
    }
    if (performance.now() < until) requestAnimationFrame(step);
    else for (const event of events) window.removeEventListener(event, stop);
  };
  step();
}

export function keepScrollPlace(router: Router): void {
  const places = new Map<string, Place[]>();
  router.beforeEach((to, from) => {
    if (from.name !== "list" || to.path === from.path) return;
    const address = addressOf(from);
    places.delete(address);
    places.set(address, boxes().map((box) => ({ top: box.scrollTop, left: box.scrollLeft })));
    for (const key of [...places.keys()].slice(0, -KEPT)) places.delete(key);
  });
  router.afterEach((to, from) => {
    const kept = to.name === "list" && from.name === "record" ? places.get(addressOf(to)) : undefined;
    if (kept?.some((place) => place.top > 0 || place.left > 0)) restore(kept);
  });
}
