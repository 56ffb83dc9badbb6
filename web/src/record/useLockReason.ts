// Why a field cannot be changed here, in the reader's words.
import { useI18n } from "vue-i18n";
import { parseExpression, type Condition } from "@/lib/filter";
import { kindOfField } from "@/list/kind";
import { useOpLabels } from "@/list/words";
import { field, isSystem, option } from "@/meta/catalog";
import type { FieldDef, ObjectDef } from "@/meta/types";
import { lookOf, type Answer } from "./formState";

export function useLockReason(): (object: ObjectDef, item: FieldDef, answer: Answer) => string {
  const { t } = useI18n();
  const ops = useOpLabels();
  function words(object: ObjectDef, condition: Condition): string {
    const item = field(object, condition.field);
    const values = condition.values.map((value) => (typeof value === "boolean" ? (value ? t("common.yes") : t("common.no")) : (item && option(item, String(value))?.label) ?? String(value)));
    return [item?.label ?? condition.field, ops.value[condition.op], values.join(t("op.listSeparator"))].filter(Boolean).join(" ");
  }
  function rule(object: ObjectDef, item: FieldDef): string {
    const when = (object.rules ?? []).filter((candidate) => candidate.field === item.name && candidate.effect === "lock").map((candidate) => {
      const model = parseExpression(candidate.when, kindOfField(object));
      return model?.conditions.length ? model.conditions.map((condition) => words(object, condition)).join(model.match === "and" ? t("lock.and") : t("lock.or")) : "";
    }).filter(Boolean);
    return when.length ? t("lock.when", { when: when.join(t("lock.or")) }) : t("lock.rule");
  }
  return (object, item, answer) => {
    if (item.type === "formula" || item.type === "rollup") return t("lock.computed");
    if (item.type === "auto_number") return t("lock.number");
    if (item.readonly || isSystem(item)) return t("lock.system");
    if (item.access !== undefined && item.access !== "write") return t("lock.access");
    if (lookOf(object, item, answer).lock) return rule(object, item);
    return object.rights.update ? "" : t("lock.object");
  };
}
