// A condition in the users' words. Names of referenced records are asked for, since the expression holds only their ids.
import { useQueries } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import type { Condition, Op } from "@/lib/filter";
import { filterKind } from "@/lib/filter";
import { field, option } from "@/meta/catalog";
import type { ObjectDef } from "@/meta/types";

export function useOpLabels(): ComputedRef<Record<Op, string>> {
  const { t } = useI18n();
  return computed(() => ({
    contains: t("op.contains"), eq: t("op.eq"), ne: t("op.ne"), gt: t("op.gt"), ge: t("op.ge"), lt: t("op.lt"), le: t("op.le"), between: t("op.between"), in: t("op.in"), not_in: t("op.notIn"),
    me: t("op.me"), past_days: t("op.pastDays"), next_days: t("op.nextDays"), older_days: t("op.olderDays"), empty: t("op.empty"), filled: t("op.filled"),
  }));
}

export function useConditionWords(condition: () => Condition, object: () => ObjectDef): ComputedRef<{ label: string; op: string; value: string }> {
  const { t } = useI18n();
  const ops = useOpLabels();
  const item = computed(() => field(object(), condition().field));
  const target = computed(() => (item.value && filterKind(item.value) === "reference" ? (item.value.target ?? item.value.type) : null));
  const names = useQueries({
    queries: computed(() => (target.value ? condition().values : []).map((id) => ({
      queryKey: ["record", target.value, Number(id)],
      queryFn: () => api.getRecord(target.value ?? "", Number(id)),
    }))),
  });
  return computed(() => {
    const { op, values } = condition();
    const label = item.value?.label ?? condition().field;
    const one = (value: string | number | boolean, index: number): string => {
      if (target.value) {
        const name = names.value[index]?.data?.name;
        return typeof name === "string" ? name : `#${value}`;
      }
      if (typeof value === "boolean") return value ? t("common.yes") : t("common.no");
      return (item.value && option(item.value, String(value))?.label) ?? String(value);
    };
    const words = values.map(one);
    const value = op === "between" ? words.join(" – ") : op.endsWith("_days") ? t("op.days", { n: words[0] ?? "" }) : words.join(t("op.listSeparator"));
    return { label, op: ops.value[op], value };
  });
}
