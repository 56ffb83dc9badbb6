// The catalog as the server answers it (src/meta/README.md): labels are already in the reader's language.
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type FieldType =
  | "text" | "long_text" | "integer" | "number" | "money" | "percent" | "boolean" | "date" | "datetime"
  | "choice" | "multi_choice" | "reference" | "user" | "department" | "multi_reference" | "record"
  | "phone" | "email" | "url" | "address" | "position" | "file" | "image"
  | "auto_number" | "formula" | "rollup" | "tags" | "json";

export type Color = "neutral" | "brand" | "green" | "amber" | "coral" | "azure" | "plum";

export interface Option {
  key: string;
  label: string;
  color?: Color;
  probability?: number;
  outcome?: "open" | "won" | "lost";
  retired?: boolean;
}

export interface FieldDef {
  id: number;
  name: string;
  type: FieldType;
  label: string;
  help?: string;
  required?: boolean;
  unique?: boolean;
  default?: Json;
  max_length?: number;
  decimals?: number;
  min?: number;
  max?: number;
  readonly?: boolean;
  system?: boolean;
  sortable?: boolean;
  filterable?: boolean;
  options?: Option[];
  format?: string;
  target?: string;
  inverse?: string;
  expression?: string;
  result?: FieldType;
  access?: "write" | "read" | "mask";
}

export interface LayoutSection { label: string; fields: string[]; columns?: 1 | 2; when?: string }
export interface Layout { header?: string[]; sections?: LayoutSection[]; related?: string[] }
/** A layout for some roles or for records that fulfil a condition (a record type); the first that fits is shown, else `layout`. */
export interface NamedLayout extends Layout { name: string; label: string; roles?: string[]; when?: string }
export type RuleEffect = "show" | "require" | "lock";
export interface FieldRule { field: string; effect: RuleEffect; when: string; roles?: string[] }
/** What must not be: a record that fulfils `when` is refused with the message at the field. */
export interface ValidationDef { name: string; when: string; message: string; field?: string }
export type ViewKind = "list" | "kanban" | "funnel" | "calendar" | "map" | "timeline";
export interface ViewDef {
  name: string;
  label: string;
  kind?: ViewKind;
  filter?: string;
  sort?: string;
  group?: string;
  columns?: string[];
  /** By kind: calendar {start, end?}, timeline {start, end}, map {position}: names of fields. */
  settings?: Json;
}
export interface ActionDef { name: string; label: string; when?: string; danger?: boolean }
export interface ChildDef { name: string; object: string; field: string; label: string }
export interface Rights { read: boolean; create: boolean; update: boolean; delete: boolean; export?: boolean; actions?: string[] }

export interface ObjectDef {
  id: number;
  name: string;
  label: string;
  plural?: string;
  icon?: string;
  order?: number;
  nav?: boolean;
  /** made by the organisation, not shipped */
  custom?: boolean;
  fields: FieldDef[];
  stage?: string;
  layout?: Layout;
  layouts?: NamedLayout[];
  rules?: FieldRule[];
  validations?: ValidationDef[];
  views?: ViewDef[];
  actions?: ActionDef[];
  children?: ChildDef[];
  rights: Rights;
}

export interface Ref { id: number; name: string | null }
export interface RecordRef { object: string; id: number; name?: string | null }
export interface FileRef { id: number; name: string; size: number; type: string }
export interface Address { province?: string; city?: string; district?: string; detail?: string }

export interface RecordData { id: number; version: number; [field: string]: Json }
export type Values = { [field: string]: Json };
export interface Page { items: RecordData[]; next: string | null; count?: number; count_exact?: boolean }
export interface AggregateRow { [key: string]: Json }

export function asRef(value: Json | undefined): Ref | null {
  if (value === null || typeof value !== "object" || Array.isArray(value) || typeof value.id !== "number") return null;
  return { id: value.id, name: typeof value.name === "string" ? value.name : null };
}

export function asRecordRef(value: Json | undefined): RecordRef | null {
  const ref = asRef(value);
  if (!ref || value === null || typeof value !== "object" || Array.isArray(value) || typeof value?.object !== "string") return null;
  return { object: value.object, id: ref.id, name: ref.name };
}

export function asNumber(value: Json | undefined): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "string" && value !== "" && Number.isFinite(Number(value))) return Number(value);
  return null;
}

export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
