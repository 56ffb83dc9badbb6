// Keys that work everywhere: search and palette, create, go to, the sheet. Lists and records add their own.
import { onBeforeUnmount, onMounted } from "vue";
import { useRoute, useRouter } from "vue-router";
import { isComposing, isPlain, isTyping } from "@/lib/keys";
import { useCatalog } from "@/stores/catalog";
import { frameState, openPalette } from "./state";

export const GO_TO: Record<string, string> = { t: "/today", l: "/o/lead", c: "/o/customer", p: "/o/contact", o: "/o/opportunity", k: "/o/task", r: "/reports", s: "/settings" };

export function useGlobalKeys(): void {
  const router = useRouter();
  const route = useRoute();
  const catalog = useCatalog();
  let goUntil = 0;

  function keydown(event: KeyboardEvent): void {
    if (isComposing(event) || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      frameState.palette = !frameState.palette;
      return;
    }
    if (isTyping(event) || !isPlain(event) || frameState.palette || document.querySelector("[aria-modal='true']")) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      const path = GO_TO[event.key];
      const object = path?.startsWith("/o/") ? path.slice(3) : null;
      if (path && (!object || catalog.get(object))) {
        event.preventDefault();
        void router.push(path);
      }
      return;
    }
    if (event.key === "g") goUntil = Date.now() + 1200;
    else if (event.key === "/") {
      event.preventDefault();
      const inPage = document.querySelector<HTMLInputElement>("[data-page-search]");
      if (inPage) inPage.focus();
      else openPalette();
    } else if (event.key === "?") frameState.keys = true;
    else if (event.key === "c") create(event);
  }
  function create(event: KeyboardEvent): void {
    const object = typeof route.params.object === "string" ? catalog.get(route.params.object) : undefined;
    const target = object?.rights.create ? object : catalog.creatable[0];
    if (!target) return;
    event.preventDefault();
    void router.push(`/o/${target.name}/new`);
  }
  onMounted(() => window.addEventListener("keydown", keydown));
  onBeforeUnmount(() => window.removeEventListener("keydown", keydown));
}
