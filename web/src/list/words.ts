// A condition, a group and a figure in the users' words. Names of referenced records are asked for, since the expression holds only their ids.
import { useQueries } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useLocale } from "@/fields/useLocale";
import * as api from "@/lib/api";
import { arity, filterKind, inDays, type Condition, type Op, type Operand, type Period } from "@/lib/filter";
import { activeOptions, option } from "@/meta/catalog";
import type { FieldDef, ObjectDef } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { pathField, type DatePart } from "./fields";
import type { ListGroup } from "./groups";
import type { Grouping } from "./useListState";
import type { Measure } from "./views";

export function useOpLabels(): ComputedRef<Record<Op, string>> {
  const { t } = useI18n();
  return computed(() => ({
    contains: t("op.contains"), not_contains: t("op.notContains"), starts: t("op.starts"), eq: t("op.eq"), ne: t("op.ne"), gt: t("op.gt"), ge: t("op.ge"), lt: t("op.lt"), le: t("op.le"), between: t("op.between"),
    not_between: t("op.notBetween"), in: t("op.in"), not_in: t("op.notIn"), me: t("op.me"), not_me: t("op.notMe"), mine: t("op.mine"), under_mine: t("op.underMine"), under: t("op.under"), period: t("op.period"),
    past_days: t("op.pastDays"), next_days: t("op.nextDays"), older_days: t("op.olderDays"), later_days: t("op.laterDays"), empty: t("op.empty"), filled: t("op.filled"),
  }));
}

/** Dates are before and after, not smaller and greater. */
export function useOpLabel(): ComputedRef<(op: Op, field: FieldDef | undefined) => string> {
  const { t } = useI18n();
  const labels = useOpLabels();
  const dates = computed<Partial<Record<Op, string>>>(() => ({ gt: t("op.after"), ge: t("op.since"), lt: t("op.before"), le: t("op.until") }));
  return computed(() => (op, field) => {
    const kind = field ? filterKind(field) : "none";
    if (kind === "date") return dates.value[op] ?? labels.value[op];
    if (kind === "boolean") return op === "eq" ? t("common.yes") : t("common.no");
    return (kind === "list" && op === "in" ? t("op.anyOf") : null) ?? labels.value[op];
  });
}

export function usePeriodLabels(): ComputedRef<Record<Period, string>> {
  const { t } = useI18n();
  return computed(() => ({
    today: t("period.today"), yesterday: t("period.yesterday"), tomorrow: t("period.tomorrow"), this_week: t("period.thisWeek"), last_week: t("period.lastWeek"), next_week: t("period.nextWeek"),
    this_month: t("period.thisMonth"), last_month: t("period.lastMonth"), next_month: t("period.nextMonth"), this_quarter: t("period.thisQuarter"), last_quarter: t("period.lastQuarter"), next_quarter: t("period.nextQuarter"),
    this_year: t("period.thisYear"), last_year: t("period.lastYear"), next_year: t("period.nextYear"),
  }));
}

export function useMeasureLabels(): ComputedRef<Record<Measure, string>> {
  const { t } = useI18n();
  return computed(() => ({ sum: t("measure.sum"), avg: t("measure.avg"), min: t("measure.min"), max: t("measure.max") }));
}

export function usePartLabels(): ComputedRef<Record<DatePart, string>> {
  const { t } = useI18n();
  return computed(() => ({ day: t("part.day"), week: t("part.week"), month: t("part.month"), quarter: t("part.quarter"), year: t("part.year") }));
}

/** A figure of many is shown as its column is, not edited and not linked. */
export function measureField(item: FieldDef): FieldDef {
  return { ...item, access: "read", readonly: true };
}

export function useDateWords(): ComputedRef<(value: Operand) => string> {
  const { t } = useI18n();
  return computed(() => (value) => {
    const text = String(value);
    if (text === "now") return t("date.now");
    const relative = /^today(?:([+-])(\d+))?$/.exec(text);
    if (!relative) return text;
    if (!relative[1] || relative[2] === "0") return t("period.today");
    return relative[1] === "+" ? t("date.daysAhead", { n: relative[2] ?? "" }) : t("date.daysAgo", { n: relative[2] ?? "" });
  });
}

export function useGroupLabel(grouping: () => Grouping | null, group: () => ListGroup): ComputedRef<string> {
  const { t } = useI18n();
  const lang = useLocale();
  return computed(() => {
    const { label, value } = group();
    const at = grouping();
    if (label === null) return t("list.groupEmpty");
    if (typeof value === "boolean") return value ? t("common.yes") : t("common.no");
    const month = at?.part === "month" ? /^(\d{4})-(\d{2})$/.exec(label) : null;
    if (month) return new Intl.DateTimeFormat(lang.value, { year: "numeric", month: "long" }).format(new Date(Number(month[1]), Number(month[2]) - 1, 1));
    const week = at?.part === "week" ? /^(\d{4})-W(\d{2})$/.exec(label) : null;
    return week ? t("list.groupWeek", { year: week[1] ?? "", n: Number(week[2]) }) : label;
  });
}

export interface ConditionWords { label: string; op: string; value: string }

export function useConditionWords(condition: () => Condition, object: () => ObjectDef): ComputedRef<ConditionWords> {
  const { t } = useI18n();
  const catalog = useCatalog();
  const opLabel = useOpLabel();
  const periods = usePeriodLabels();
  const dates = useDateWords();
  const item = computed(() => pathField(object(), condition().field, (name) => catalog.get(name)));
  const kind = computed(() => (item.value ? filterKind(item.value) : "none"));
  const target = computed(() => (item.value && (kind.value === "reference" || kind.value === "ids") ? (item.value.target ?? item.value.type) : null));
  const refs = computed(() => {
    if (arity(condition().op) === 0) return [];
    if (kind.value === "record") return condition().values.map((value) => ({ object: String(value).split(":")[0] ?? "", id: Number(String(value).split(":")[1]) }));
    return target.value ? condition().values.map((value) => ({ object: target.value ?? "", id: Number(value) })) : [];
  });
  const names = useQueries({
    queries: computed(() => refs.value.map((ref) => ({ queryKey: ["record", ref.object, ref.id], queryFn: () => api.getRecord(ref.object, ref.id), enabled: ref.object !== "" && Number.isFinite(ref.id) }))),
  });
  return computed(() => {
    const { op, values } = condition();
    if (kind.value === "boolean" && (op === "eq" || op === "ne")) return { label: item.value?.label ?? "", op: (op === "eq") === (values[0] !== false) ? t("common.yes") : t("common.no"), value: "" };
    const one = (value: Operand, index: number): string => {
      if (refs.value.length) {
        const name = names.value[index]?.data?.name;
        return typeof name === "string" ? name : `#${refs.value[index]?.id ?? value}`;
      }
      if (typeof value === "boolean") return value ? t("common.yes") : t("common.no");
      if (kind.value === "date") return dates.value(value);
      return (item.value && option(item.value, String(value))?.label) ?? String(value);
    };
    const words = values.map(one);
    const span = (of: Op, n: string): string => (of === "older_days" ? t("date.daysAgo", { n }) : of === "later_days" ? t("date.daysAhead", { n }) : t("op.days", { n }));
    const list = kind.value === "choice" && item.value && words.length > 4 ? t("filter.someOf", { n: words.length, all: activeOptions(item.value).length }) : words.join(t("op.listSeparator"));
    const value = op === "period" ? periods.value[String(values[0]) as Period] ?? "" : op === "between" || op === "not_between" ? words.join(" – ") : inDays(op) ? span(op, String(values[0] ?? "")) : list;
    return { label: item.value?.label ?? condition().field, op: opLabel.value(op, item.value), value };
  });
}
