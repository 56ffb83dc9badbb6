// What may be done with a record beside editing it: which actions apply now and what each asks.
import { kindOfField } from "@/list/kind";
import { parseExpression, type Condition, type Operand } from "@/lib/filter";
import { field } from "@/meta/catalog";
import { asRef, type ActionDef, type FieldDef, type Json, type ObjectDef, type RecordData, type Values } from "@/meta/types";

/** What was never said is no. */
const same = (wanted: Operand | undefined, value: Json): boolean => (typeof wanted === "boolean" ? wanted === (value === true) : wanted === value);

/** Only plain conditions are judged here; anything else is shown and left to the server. */
function holds(condition: Condition, record: RecordData): boolean {
  const value = record[condition.field] ?? null;
  const key = asRef(value)?.id ?? value;
  switch (condition.op) {
    case "in": return condition.values.some((item) => item === key);
    case "not_in": return !condition.values.some((item) => item === key);
    case "eq": return same(condition.values[0], key);
    case "ne": return !same(condition.values[0], key);
    case "empty": return key === null || key === "";
    case "filled": return key !== null && key !== "";
    default: return true;
  }
}

/** Done on a screen of their own, which shows what they reach. */
const ELSEWHERE = new Set(["user.move", "department.merge"]);

export function applies(action: ActionDef, object: ObjectDef, record: RecordData): boolean {
  if (ELSEWHERE.has(`${object.name}.${action.name}`)) return false;
  if (object.rights.actions && !object.rights.actions.includes(action.name)) return false;
  if (!action.when) return true;
  const model = parseExpression(action.when, kindOfField(object));
  if (!model) return true;
  return model.match === "and" ? model.conditions.every((item) => holds(item, record)) : model.conditions.some((item) => holds(item, record));
}

export function actionsNow(object: ObjectDef, record: RecordData): ActionDef[] {
  return (object.actions ?? []).filter((action) => applies(action, object, record));
}

const ASKS: Record<string, string[]> = { lose: ["lost_reason", "competitor", "lost_category"], assign: ["owner"] };
const REASONED = ["reject", "release", "return"];
const UNTIL = ["protect"];

/** Fields an action wants filled in first, as the object's own fields where it has them. */
export function actionFields(object: ObjectDef, action: string, reasonLabel: string, untilLabel = ""): FieldDef[] {
  const listed = (ASKS[action] ?? []).flatMap((name) => field(object, name) ?? []);
  if (listed.length) return listed.map((item, index) => ({ ...item, required: index === 0, readonly: false, access: "write" }));
  if (REASONED.includes(action)) return [{ id: 0, name: "reason", type: "text", label: reasonLabel, required: true, access: "write" }];
  // nothing chosen ends it
  if (UNTIL.includes(action)) return [{ id: 0, name: "until", type: "date", label: untilLabel, access: "write" }];
  return [];
}

/** What an action's form begins with. */
export function actionStart(action: string, record: RecordData): Values | undefined {
  return UNTIL.includes(action) ? { until: record.protected_until ?? null } : undefined;
}

/** References go out as ids; an action's body has no display names. */
export function actionBody(values: Record<string, Json>): Json {
  // a choice has texts for keys; a day that is left open is said to be open
  if ("until" in values) return { until: values.until ?? null };
  if (typeof values.pool === "string" && values.pool) return actionBody({ ...values, pool: Number(values.pool) });
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== "").map(([name, value]) => [name, asRef(value)?.id ?? value]));
}
