// The one form: values, what the rules make of them, what is wrong and where. Used by creating, converting and asking.
import { computed, reactive, ref, shallowReactive, watch, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import type { FieldState } from "@/lib/api";
import { ApiError } from "@/lib/http";
import { field, formSections, layoutOf, type ShownSection } from "@/meta/catalog";
import type { FieldDef, Json, ObjectDef, Values } from "@/meta/types";
import { changedValues, demanded, isEmpty, liveErrors, lookOf, placeErrors, shownSections, type Answer } from "./formState";
import { useFormState } from "./useFormState";

export interface UseForm {
  values: Values;
  answer: ComputedRef<Answer>;
  sections: ComputedRef<ShownSection[]>;
  errors: ComputedRef<Record<string, string>>;
  loose: ComputedRef<string[]>;
  dirty: Ref<boolean>;
  fieldOf: (name: string) => FieldDef | undefined;
  look: (name: string) => FieldState;
  computedOf: (name: string) => Json | undefined;
  set: (name: string, value: Json) => void;
  /** What is demanded and missing is said at its field; true where nothing is. */
  check: () => boolean;
  refuse: (error: unknown) => void;
  tell: (messages: Record<string, string>) => void;
  forgive: () => void;
  reset: (values: Values) => void;
  /** What is sent: nothing empty, nothing that rules hide or lock. */
  filled: () => Values;
}
interface Options {
  object: () => ObjectDef;
  start: () => Values;
  typed?: Values;
  /** other sections than those of the layout */
  sections?: (all: ShownSection[], answer: Answer) => ShownSection[];
  network?: () => string;
}

export function useForm(options: Options): UseForm {
  const { t } = useI18n();
  const start = options.start();
  const values = reactive<Values>({ ...start, ...options.typed });
  const touched = shallowReactive(new Set<string>());
  const refused = ref<Record<string, string>>({});
  const told = ref(false);
  const dirty = ref(false);
  const answer = useFormState({ object: options.object, values: () => values, typing: true });
  const fieldOf = (name: string): FieldDef | undefined => field(options.object(), name);
  const look = (name: string): FieldState => { const item = fieldOf(name); return item ? lookOf(options.object(), item, answer.value) : { show: false, require: false, lock: false }; };

  const sections = computed(() => {
    const object = options.object();
    const layout = layoutOf(object, answer.value?.layout);
    const all = formSections(object, layout?.sections?.length ? t("record.other") : t("record.basic"), layout);
    const chosen = options.sections ? options.sections(all, answer.value) : all;
    // a formula appears once there is something to show
    return shownSections(object, chosen, answer.value).map((section) => ({ ...section, fields: section.fields.filter((name) => fieldOf(name)?.type !== "formula" || !isEmpty(answer.value?.computed[name])) }));
  });
  const seen = computed(() => new Set(sections.value.flatMap((section) => section.fields)));
  const placed = computed(() => placeErrors(options.object(), { ...liveErrors(answer.value, touched, told.value), ...refused.value }, seen.value));

  function set(name: string, value: Json): void {
    values[name] = value;
    touched.add(name);
    const { [name]: gone, "": general, ...rest } = refused.value;
    if (gone !== undefined || general !== undefined) refused.value = rest;
  }
  function check(): boolean {
    const missing = demanded(options.object(), answer.value, values).filter((item) => seen.value.has(item.name) && !look(item.name).lock);
    refused.value = Object.fromEntries(missing.map((item) => [item.name, t("form.required", { label: item.label })]));
    return missing.length === 0;
  }
  function tell(messages: Record<string, string>): void {
    refused.value = messages;
  }
  function refuse(error: unknown): void {
    told.value = error instanceof ApiError && error.status === 422;
    if (!(error instanceof ApiError)) tell({ "": error instanceof Error ? error.message : String(error) });
    else tell(error.status === 0 ? { "": options.network?.() ?? t("error.network") } : error.byField());
  }
  function forgive(): void {
    refused.value = {};
    told.value = false;
  }
  function reset(next: Values): void {
    for (const name of Object.keys(values)) delete values[name];
    Object.assign(values, next);
    touched.clear();
    forgive();
  }
  // what was mended need not be sent to be believed
  watch(answer, (value) => {
    if (!told.value || !value) return;
    const wrong = new Set(value.errors.map((item) => item.field));
    refused.value = Object.fromEntries(Object.entries(refused.value).filter(([name]) => wrong.has(name) || !touched.has(name)));
  });
  watch(values, () => { dirty.value = Object.keys(changedValues(start, values)).length > 0; }, { deep: true });
  const filled = (): Values => Object.fromEntries(Object.entries(values).filter(([name, value]) => { const item = fieldOf(name); return !isEmpty(value) && item?.type !== "formula" && look(name).show && !(look(name).lock && !isGiven(start, name)); }));
  const isGiven = (given: Values, name: string): boolean => !isEmpty(given[name]);
  return { values, answer, sections, errors: computed(() => placed.value.at), loose: computed(() => placed.value.loose), dirty, fieldOf, look, computedOf: (name) => answer.value?.computed[name], set, check, refuse, tell, forgive, reset, filled };
}
