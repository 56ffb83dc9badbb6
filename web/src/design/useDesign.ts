// One object's definition being changed: loaded, edited as a draft, saved as what differs; refusals stand at the path the server names.
import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { usePreferences } from "@/stores/preferences";
import { useCatalog } from "@/stores/catalog";
import { useSession } from "@/stores/session";
import { say } from "@/ui/toast";
import type { Json, ObjectDef, Values } from "@/meta/types";
import { changes, draftOf, words } from "./draft";
import type { Definition, DesignField, Draft, Words } from "./types";

export interface Role { id: number; name: string; key: string }
export interface Design {
  definition: ShallowRef<Definition | null>;
  draft: Draft;
  failure: ShallowRef<Error | null>;
  errors: Ref<Record<string, string>>;
  dirty: ComputedRef<boolean>;
  busy: Ref<boolean>;
  roles: Ref<Role[]>;
  load: () => Promise<void>;
  save: () => Promise<boolean>;
  revert: () => void;
  run: (work: () => Promise<ObjectDef | null>) => Promise<Record<string, string> | null>;
  say: (label: Words | string | undefined) => string;
  field: (name: string) => DesignField | undefined;
  labelOf: (name: string) => string;
  /** What the server says about this path and what lies under it. */
  at: (path: string) => string | undefined;
}
export const DESIGN: InjectionKey<Design> = Symbol("design");

export function useDesign(name: () => string): Design {
  const { t } = useI18n();
  const catalog = useCatalog();
  const session = useSession();
  const preferences = usePreferences();
  const definition = shallowRef<Definition | null>(null);
  const failure = shallowRef<Error | null>(null);
  const draft = reactive<Draft>(draftOf({ name: "", label: {}, fields: [] }));
  const before = shallowRef<Draft>(draftOf({ name: "", label: {}, fields: [] }));
  const errors = ref<Record<string, string>>({});
  const busy = ref(false);
  const roles = ref<Role[]>([]);
  const dirty = computed(() => Object.keys(changes(before.value, draft)).length > 0);

  function take(answer: ObjectDef): void {
    definition.value = answer as unknown as Definition;
    before.value = draftOf(definition.value);
  }
  async function load(): Promise<void> {
    failure.value = null;
    try {
      take(await api.getObject(name(), { labels: "all" }));
      revert();
      const page = await api.listRecords("role", { fields: "id,name,key", limit: 200, sort: "name" });
      roles.value = page.items.map((item) => ({ id: item.id, name: String(item.name ?? ""), key: String(item.key ?? "") }));
    } catch (error) {
      failure.value = error instanceof Error ? error : new Error(String(error));
    }
  }
  function revert(): void {
    Object.assign(draft, JSON.parse(JSON.stringify(before.value)) as Draft);
    errors.value = {};
  }
  /** The rest of the interface is drawn from the catalog: it is asked for again. */
  async function refresh(): Promise<void> {
    take(await api.getObject(name(), { labels: "all" }));
    await catalog.load(`${session.session?.user.id ?? 0}/${preferences.lang}`, true);
  }
  async function run(work: () => Promise<ObjectDef | null>): Promise<Record<string, string> | null> {
    busy.value = true;
    try {
      await work();
      await refresh();
      return null;
    } catch (error) {
      return error instanceof ApiError ? (error.status === 0 ? { "": t("error.network") } : error.byField()) : { "": String(error) };
    } finally {
      busy.value = false;
    }
  }
  async function save(): Promise<boolean> {
    const change: Values = changes(before.value, draft);
    if (busy.value || !Object.keys(change).length) return true;
    const refused = await run(() => api.changeObject(name(), change as Record<string, Json>));
    errors.value = refused ?? {};
    if (refused) return false;
    revert();
    say(t("design.saved"));
    return true;
  }
  const lang = computed(() => preferences.lang);
  const field = (wanted: string): DesignField | undefined => definition.value?.fields.find((item) => item.name === wanted);
  watch(name, () => void load(), { immediate: true });
  return {
    definition, draft, failure, errors, dirty, busy, roles, load, save, revert, run, field,
    say: (label) => words(label, lang.value),
    labelOf: (wanted) => words(field(wanted)?.label, lang.value) || wanted,
    at: (path) => Object.entries(errors.value).find(([key]) => key === path || key.startsWith(`${path}.`) || key.startsWith(`${path}[`))?.[1],
  };
}
