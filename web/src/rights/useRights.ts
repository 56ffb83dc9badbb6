// Roles and drafts of their grants: changed cell by cell, looked at before they are saved, saved role by role. Refusals stand at the cell that the server names.
import { computed, reactive, ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import { useCatalog } from "@/stores/catalog";
import { useSession } from "@/stores/session";
import { usePreferences } from "@/stores/preferences";
import { say } from "@/ui/toast";
import { cellsDiffering, differing, grantsOf, type Grants } from "./grants";

export interface Role { id: number; version: number; name: string; key: string; base: boolean; fixed: boolean; grants: Grants }
export interface Effect { role: Role; preview: api.Preview | null; failure: string }

export function useRights() {
  const { t } = useI18n();
  const catalog = useCatalog();
  const roles = shallowRef<Role[]>([]);
  const failure = shallowRef<Error | null>(null);
  const loaded = ref(false);
  const busy = ref(false);
  const drafts = reactive(new Map<number, Grants>());
  const errors = ref<Record<string, string>>({}); // "12:customer.read"
  const effects = shallowRef<Effect[] | null>(null);

  async function load(): Promise<void> {
    failure.value = null;
    try {
      const page = await api.listRecords("role", { limit: 200, sort: "name", fields: "id,version,name,key,grants" + (catalog.get("role")?.fields.some((field) => field.name === "base") ? ",base" : "") });
      roles.value = page.items.map((item) => ({ id: item.id, version: item.version, name: String(item.name ?? ""), key: String(item.key ?? ""), base: item.base === true, fixed: item.key === "admin", grants: grantsOf(item.grants) }));
      loaded.value = true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      failure.value = error;
    }
  }
  const grants = (role: Role): Grants => drafts.get(role.id) ?? role.grants;
  const changed = computed(() => roles.value.map((role) => ({ role, objects: differing(role.grants, grants(role)) })).filter((item) => item.objects.length > 0));
  // what is written otherwise but means the same counts once, so that it can be saved
  const count = computed(() => changed.value.reduce((sum, { role, objects }) => sum + objects.reduce((cells, object) => cells + Math.max(1, cellsDiffering(role.grants, grants(role), object)), 0), 0));

  function set(role: Role, next: Grants): void {
    if (role.fixed || next === grants(role)) return;
    drafts.set(role.id, next);
    effects.value = null;
    for (const key of Object.keys(errors.value)) if (key.startsWith(`${role.id}:`)) delete errors.value[key];
  }
  function revert(): void {
    drafts.clear();
    errors.value = {};
    effects.value = null;
  }
  function remember(role: Role, error: ApiError): string {
    let loose = "";
    for (const item of error.problem.errors ?? []) {
      if (item.field.startsWith("grants.")) errors.value[`${role.id}:${item.field.slice(7)}`] ??= item.message;
      else loose ||= item.message;
    }
    const messages = [...new Set((error.problem.errors ?? []).map((item) => item.message))].slice(0, 3);
    return loose || (messages.length ? `${t("rights.refused")}${messages.join("; ")}` : error.message);
  }
  async function look(): Promise<void> {
    busy.value = true;
    errors.value = {};
    const result: Effect[] = [];
    for (const { role } of changed.value) {
      try {
        result.push({ role, preview: await api.previewGrants(role.id, grants(role)), failure: "" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        result.push({ role, preview: null, failure: remember(role, error) });
      }
    }
    effects.value = result;
    busy.value = false;
  }
  async function save(): Promise<void> {
    busy.value = true;
    errors.value = {};
    let saved = 0;
    const refused: Effect[] = [];
    for (const { role } of changed.value) {
      try {
        await api.updateRecord("role", role.id, { grants: grants(role) }, role.version);
        drafts.delete(role.id);
        saved++;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refused.push({ role, preview: null, failure: error.status === 412 ? t("rights.stale", { role: role.name }) : remember(role, error) });
      }
    }
    await load();
    invalidateRecord("role");
    effects.value = refused.length ? refused : null;
    busy.value = false;
    if (saved) {
      say(t("rights.saved", { n: saved }));
      await catalog.load(`${useSession().session?.user.id}/${usePreferences().lang}`, true);
    }
  }
  return { roles, failure, loaded, busy, errors, effects, grants, changed, count, set, revert, load, look, save };
}
export type Rights = ReturnType<typeof useRights>;
