// The words for what another service's sign-in ended with: the address says a code, never a text.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

export function useRefusal(code: () => string): ComputedRef<string> {
  const { t } = useI18n();
  return computed(() => {
    switch (code()) {
      case "": return "";
      case "person_unknown": return t("refusal.unknown");
      case "person_inactive": return t("refusal.inactive");
      case "person_several": return t("refusal.several");
      case "person_linked": return t("refusal.linked");
      case "person_refused": return t("refusal.refused");
      case "identity_taken": return t("refusal.taken");
      case "email_unverified": return t("refusal.unverified");
      case "flow_unknown": return t("refusal.expired");
      case "oidc_refused": return t("refusal.denied");
      case "oidc_token": return t("refusal.token");
      case "address_missing": return t("refusal.address");
      case "address_refused": return t("refusal.place");
      case "too_often":
      case "busy": return t("refusal.busy");
      default: return t("refusal.failed");
    }
  });
}
