// The words for how and why somebody was chosen or passed over.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import type { Candidate, Outcome } from "./calls";

export interface AssignWords {
  method: (key: string) => string;
  /** why not, or what counted: "请假", "已满 50", "手上 12" */
  standing: (candidate: Candidate) => string;
  outcome: (key: Outcome) => string;
}

export function useAssignWords(): ComputedRef<AssignWords> {
  const { t } = useI18n();
  return computed(() => {
    const methods: Record<string, string> = { round_robin: t("assign.roundRobin"), weighted: t("assign.weighted"), least_loaded: t("assign.leastLoaded"), performance: t("assign.performance"), expertise: t("assign.expertise") };
    const reasons: Record<string, string> = { absent: t("assign.absent"), off_hours: t("assign.offHours"), inactive: t("assign.inactive"), paused: t("assign.paused"), no_access: t("assign.noAccess") };
    const outcomes: Record<Outcome, string> = { chosen: t("assign.wasChosen"), fallback: t("assign.wasFallback"), pooled: t("assign.wasPooled"), kept: t("assign.wasKept"), none: t("assign.wasNone") };
    return {
      method: (key) => methods[key] ?? key,
      outcome: (key) => outcomes[key] ?? key,
      standing: (candidate) => {
        if (candidate.reason === "capacity") return t("assign.full", { n: candidate.capacity ?? candidate.open ?? 0 });
        if (candidate.reason) return reasons[candidate.reason] ?? candidate.reason;
        return [
          candidate.open === undefined ? "" : t("assign.open", { n: candidate.open }), candidate.weight === undefined ? "" : t("assign.weightIs", { n: candidate.weight }), candidate.score === undefined ? "" : t("assign.scoreIs", { n: candidate.score }),
        ].filter(Boolean).join(" · ");
      },
    };
  });
}
