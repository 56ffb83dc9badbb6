import { useI18n } from "vue-i18n";
import type { FieldType } from "@/meta/types";

export function useTypeNames(): (type: FieldType) => string {
  const { t } = useI18n();
  return (type) => ({
    text: t("design.type.text"), long_text: t("design.type.long_text"), integer: t("design.type.integer"), number: t("design.type.number"), money: t("design.type.money"), percent: t("design.type.percent"),
    boolean: t("design.type.boolean"), date: t("design.type.date"), datetime: t("design.type.datetime"), choice: t("design.type.choice"), multi_choice: t("design.type.multi_choice"), tags: t("design.type.tags"),
    reference: t("design.type.reference"), user: t("design.type.user"), department: t("design.type.department"), multi_reference: t("design.type.multi_reference"), record: t("design.type.record"),
    phone: t("design.type.phone"), email: t("design.type.email"), url: t("design.type.url"), address: t("design.type.address"), position: t("design.type.position"), file: t("design.type.file"), image: t("design.type.image"),
    auto_number: t("design.type.auto_number"), formula: t("design.type.formula"), rollup: t("design.type.rollup"), json: t("design.type.json"),
  })[type];
}
