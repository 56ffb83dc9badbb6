// The contract of a field type's two halves.
import type { ComputedRef, InjectionKey } from "vue";
import type { FieldDef, Json } from "@/meta/types";

/** The currency of the record whose amounts are shown; without one the organisation's. */
export const CURRENCY: InjectionKey<ComputedRef<string | null>> = Symbol("currency");

/** Why parts of phones, mails and the like of the records that are shown are left out; empty: they are not. */
export const MASKED: InjectionKey<ComputedRef<string>> = Symbol("masked");

/** The other values of the record that is edited, for editors that depend on one. */
export const SIBLINGS: InjectionKey<(name: string) => Json | undefined> = Symbol("siblings");

export interface DisplayProps {
  field: FieldDef;
  value: Json | undefined;
  /** in a table cell or on a card: one line, no decoration that needs room */
  dense?: boolean;
}
export interface EditorProps {
  field: FieldDef;
  modelValue: Json | undefined;
  invalid?: boolean;
  autofocus?: boolean;
  /** inside a cell: opens at once and commits as soon as something is chosen */
  compact?: boolean;
  inputId?: string;
}
export interface EditorEmits {
  "update:modelValue": [value: Json];
  /** finished: save now */
  commit: [];
}
