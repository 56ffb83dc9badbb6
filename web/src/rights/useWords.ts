// What rights are called.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

export interface RightWords { scope: Record<string, string>; verb: Record<string, string>; field: Record<string, string>; given: Record<string, string> }

export function useWords(): ComputedRef<RightWords> {
  const { t } = useI18n();
  return computed(() => ({
    scope: { none: t("rights.scopeNone"), own: t("rights.scopeOwn"), department: t("rights.scopeDepartment"), tree: t("rights.scopeTree"), all: t("rights.scopeAll"), rule: t("rights.scopeRule") },
    verb: { read: t("rights.read"), create: t("rights.create"), update: t("rights.update"), delete: t("rights.delete"), transfer: t("rights.transfer"), export: t("rights.export"), import: t("rights.import") },
    field: { write: t("rights.fieldWrite"), read: t("rights.fieldRead"), mask: t("rights.fieldMask"), hide: t("rights.fieldHide") },
    given: { yes: t("common.yes"), no: t("common.no") },
  }));
}
