// What stands in a toolbar of the page, such as the one over chosen rows, can be run from the palette as well: what assistive technology sees is what is offered.
import { MousePointerClick } from "@lucide/vue";
import type { Item } from "./model";

export interface Toolbar { title: string; items: Item[] }

export function toolbarCommands(): Toolbar | null {
  const bar = [...document.querySelectorAll<HTMLElement>("[role='toolbar']")].find((element) => element.getBoundingClientRect().height > 0);
  if (!bar) return null;
  const items = [...bar.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")].map((button, index): Item => ({
    key: `page:bar${index}`, label: (button.getAttribute("aria-label") ?? button.textContent ?? "").trim(), icon: MousePointerClick,
    // once the palette is gone and the focus is back on the page
    run: () => window.setTimeout(() => button.click(), 50),
  }));
  const count = bar.querySelector("b")?.textContent?.trim();
  return { title: [bar.getAttribute("aria-label"), count].filter(Boolean).join(" · "), items: items.filter((item) => item.label) };
}
