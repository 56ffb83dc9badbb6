// One request at a time, and what the server refuses by field.
import { ref, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { ApiError } from "@/lib/http";

export interface Saving { busy: Ref<boolean>; errors: Ref<Record<string, string>>; run: (work: () => Promise<void>) => Promise<boolean> }

export function useSaving(): Saving {
  const { t } = useI18n();
  const busy = ref(false);
  const errors = ref<Record<string, string>>({});
  async function run(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    errors.value = {};
    try {
      await work();
      return true;
    } catch (error) {
      errors.value = error instanceof ApiError ? (error.status === 0 ? { "": t("error.network") } : error.byField()) : { "": String(error) };
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, errors, run };
}
