// The definitions this reader may see; everything on screen is drawn from them.
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";
import * as api from "@/lib/api";
import type { ObjectDef } from "@/meta/types";

/** Objects of the company itself: they live in the settings, not in the navigation. */
const SETTINGS = ["user", "department", "role", "sharing_rule"];

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
    objects.value = (await api.getObjects()).items;
    loadedFor.value = key;
  }
  function get(name: string): ObjectDef | undefined {
    return byName.value.get(name);
  }
  function clear(): void {
    objects.value = [];
    loadedFor.value = null;
  }
  return { objects, byName, readable, navigation, settings, creatable, load, get, clear };
});
