// Keys that work everywhere: search and palette, create, go to, the sheet. Lists and records add their own.
import { onBeforeUnmount, onMounted } from "vue";
import { useRouter } from "vue-router";
import { isComposing, isPlain, isTyping } from "@/lib/keys";
import { useCatalog } from "@/stores/catalog";
import { frameState, openCreate, openPalette } from "./state";

export const GO_TO: Record<string, string> = { h: "/pools", t: "/today", d: "/calendar", k: "/tasks", l: "/o/lead", c: "/o/customer", p: "/o/contact", o: "/o/opportunity", r: "/reports", n: "/notifications", s: "/settings" };
const WAIT_MS = 1200;

export function useGlobalKeys(): void {
  const router = useRouter();
  const catalog = useCatalog();
  let goUntil = 0;

  function goTo(key: string, event: KeyboardEvent): void {
    const wanted = GO_TO[key];
    const path = wanted === "/tasks" && !router.hasRoute("tasks") ? "/o/task" : wanted;
    const object = path?.startsWith("/o/") ? path.slice(3) : null;
    if (!path || (object && !catalog.get(object)) || (path === "/calendar" && !router.hasRoute("calendar")) || (path === "/pools" && !catalog.get("pool"))) return;
    event.preventDefault();
    void router.push(path);
  }
  function keydown(event: KeyboardEvent): void {
    if (isComposing(event) || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (frameState.palette) frameState.palette = false;
      else openPalette();
      return;
    }
    if (isTyping(event) || !isPlain(event) || frameState.palette || frameState.tour || document.querySelector("[aria-modal='true']")) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      goTo(event.key, event);
      return;
    }
    if (event.key === "g") goUntil = Date.now() + WAIT_MS;
    else if (event.key === "/") {
      event.preventDefault();
      const inPage = document.querySelector<HTMLInputElement>("[data-page-search]");
      if (inPage) inPage.focus();
      else openPalette();
    } else if (event.key === "?") frameState.keys = true;
    else if (event.key === "c" && catalog.creatable.length && !frameState.create) {
      event.preventDefault();
      openCreate();
    }
  }
  onMounted(() => window.addEventListener("keydown", keydown));
  onBeforeUnmount(() => window.removeEventListener("keydown", keydown));
}
