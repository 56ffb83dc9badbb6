import { computed, type ComputedRef } from "vue";
import type { Lang } from "@/lib/format";
import { usePreferences } from "@/stores/preferences";

export function useLocale(): ComputedRef<Lang> {
  const preferences = usePreferences();
  return computed(() => preferences.lang);
}
