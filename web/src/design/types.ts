// A definition with the words of all languages, as GET …?labels=all gives it and PATCH takes it.
import type { Color, FieldRule, FieldType, Json, Option, ViewKind } from "@/meta/types";

export type Words = { "zh-CN"?: string; en?: string };
export interface DesignSection { label: Words; fields: string[]; columns?: 1 | 2; when?: string }
export interface DesignLayout { name?: string; label?: Words; roles?: string[]; when?: string; header: string[]; sections: DesignSection[]; related: string[] }
export interface DesignValidation { name: string; when: string; message: Words; field?: string }
export interface DesignView { name: string; label: Words; kind: ViewKind; filter?: string; sort?: string; group?: string; columns: string[]; settings?: Json }
export interface DesignOption { key: string; label: Words; color?: Color; probability?: number; outcome?: Option["outcome"]; retired?: boolean }
export interface DesignField {
  id: number;
  name: string;
  type: FieldType;
  label: Words;
  help?: Words;
  custom?: boolean;
  system?: boolean;
  readonly?: boolean;
  required?: boolean;
  unique?: boolean;
  search?: boolean;
  indexed?: boolean;
  max_length?: number;
  decimals?: number;
  min?: number;
  max?: number;
  pattern?: string;
  format?: string;
  default?: Json;
  options?: DesignOption[];
  target?: string;
  inverse?: string;
  expression?: string;
  result?: FieldType;
  access?: string;
}
export interface Definition {
  name: string;
  label: Words;
  plural?: Words;
  icon?: string;
  nav?: boolean;
  custom?: boolean;
  stage?: string;
  fields: DesignField[];
  layout?: DesignLayout;
  layouts?: DesignLayout[];
  rules?: FieldRule[];
  validations?: DesignValidation[];
  views?: DesignView[];
  children?: { name: string; object: string; field: string; label: string | Words }[];
}
/** What the designers change, and PATCH is sent. */
export interface Draft { label: Words; plural: Words; icon: string; nav: boolean; layout: DesignLayout; layouts: DesignLayout[]; rules: FieldRule[]; validations: DesignValidation[]; views: DesignView[] }

export const emptyLayout = (): DesignLayout => ({ header: [], sections: [], related: [] });
