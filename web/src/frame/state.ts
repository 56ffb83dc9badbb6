// What any page may ask of the frame, and what the frame knows of the page: the record that is open, the rows that are chosen, what can be done with them.
import { computed, onBeforeUnmount, reactive, shallowRef, type Component, type ComputedRef } from "vue";
import { useRoute } from "vue-router";
import type { Values } from "@/meta/types";

export interface CreateRequest { object: string | null; prefill?: Values }
/** A command of the page for the palette, beside those every record has. */
export interface PageAction { key: string; label: string; icon?: Component; words?: string[]; hint?: string; run: () => void }

export const frameState = reactive({ palette: false, paletteText: "", keys: false, barHidden: false, tour: false, arrange: false, create: null as CreateRequest | null });
export function openPalette(text = ""): void {
  frameState.paletteText = typeof text === "string" ? text : "";
  frameState.palette = true;
}
export function openCreate(object: string | null = null, prefill?: Values): void {
  frameState.create = { object, prefill };
}

const sources = shallowRef<(() => PageAction[])[]>([]);
export const pageActions = computed(() => sources.value.flatMap((source) => source()));

/** Called by a page: its commands stand in the palette for as long as it is shown. */
export function usePageActions(source: () => PageAction[]): void {
  sources.value = [...sources.value, source];
  onBeforeUnmount(() => { sources.value = sources.value.filter((item) => item !== source); });
}

/** The record that the address shows, on its page or beside its list. */
export function useOpenRecord(): ComputedRef<{ object: string; id: number } | null> {
  const route = useRoute();
  return computed(() => {
    const object = typeof route.params.object === "string" ? route.params.object : "";
    const id = typeof route.params.id === "string" ? route.params.id : typeof route.query.open === "string" ? route.query.open : "";
    return object && /^\d+$/.test(id) ? { object, id: Number(id) } : null;
  });
}
