// The definitions this reader may see; everything on screen is drawn from them.
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import type { ObjectDef } from "@/meta/types";

/** Objects of the company itself: they live in the settings, not in the navigation. */
const SETTINGS = ["user", "department", "role", "sharing_rule"];

const KEY = "haike.catalog";
interface Kept { key: string; items: ObjectDef[] }

/** The last answer is kept on the device, so that forms and their drafts can be seen without a network. */
function keep(answer: Kept | null): void {
  try {
    if (answer) localStorage.setItem(KEY, JSON.stringify(answer));
    else localStorage.removeItem(KEY);
  } catch {
    localStorage.removeItem(KEY);
  }
}
function readKept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

export const useCatalog = defineStore("catalog", () => {
  const objects = shallowRef<ObjectDef[]>([]);
  const loadedFor = shallowRef<string | null>(null);
  const byName = computed(() => new Map(objects.value.map((object) => [object.name, object])));
  const readable = computed(() => objects.value.filter((object) => object.rights.read).sort((a, b) => (a.order ?? 1e6 + a.id) - (b.order ?? 1e6 + b.id)));
  const navigation = computed(() => readable.value.filter((object) => object.nav !== false && !SETTINGS.includes(object.name)));
  const settings = computed(() => readable.value.filter((object) => SETTINGS.includes(object.name)));
  const creatable = computed(() => readable.value.filter((object) => object.rights.create && object.nav !== false && !SETTINGS.includes(object.name)));

  async function load(key: string, force = false): Promise<void> {
    if (loadedFor.value === key && !force) return;
    try {
      objects.value = (await api.getObjects()).items;
      keep({ key, items: objects.value });
    } catch (error) {
      const kept = error instanceof ApiError && error.status === 0 ? readKept() : null;
      if (kept?.key !== key) throw error;
      objects.value = kept.items;
      return;
    }
    loadedFor.value = key;
  }
  function get(name: string): ObjectDef | undefined {
    return byName.value.get(name);
  }
  function clear(): void {
    objects.value = [];
    loadedFor.value = null;
    keep(null);
  }
  return { objects, byName, readable, navigation, settings, creatable, load, get, clear };
});
