// What the forms of all steps share: one call at a time, mistakes at their fields, waiting times in minutes.
import { ref, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { ApiError } from "@/lib/http";

export interface Attempt {
  busy: Ref<boolean>;
  errors: Ref<Record<string, string>>;
  /** Calls, and keeps what was refused; false: it was refused, or another call is under way. */
  run: (call: () => Promise<void>, elsewhere?: (error: unknown) => boolean) => Promise<boolean>;
}

export function useAttempt(): Attempt {
  const { t } = useI18n();
  const busy = ref(false);
  const errors = ref<Record<string, string>>({});

  function reasons(error: unknown): Record<string, string> {
    if (!(error instanceof ApiError)) return { "": t("error.server") };
    if (error.status === 0) return { "": t("error.network") };
    if (error.status === 429) return { "": t("signin.limited", { n: Math.max(1, Math.ceil((error.retryAfter ?? 60) / 60)) }) };
    return error.byField();
  }
  async function run(call: () => Promise<void>, elsewhere: (error: unknown) => boolean = () => false): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    errors.value = {};
    try {
      await call();
      return true;
    } catch (error) {
      if (!elsewhere(error)) errors.value = reasons(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, errors, run };
}
