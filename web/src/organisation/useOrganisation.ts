// The departments, what may be done to them, and doing it: what is refused is told at the row that was meant.
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type ComputedRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { invalidateRecord, queryClient } from "@/lib/queries";
import type { Values } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";
import { say } from "@/ui/toast";
import { treeRows, type Row } from "./tree";

export const ORGANISATION_KEY = ["records", "department", "organisation"];
export interface Refusal { id: number; text: string }

export function refusal(error: unknown, network: string): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 0) return network;
  return Object.values(error.byField()).join(" ") || error.message;
}
/** After what changed people or departments: the tree counts both. */
export function organisationChanged(object: "user" | "department", id?: number): void {
  invalidateRecord(object, id);
  void queryClient.invalidateQueries({ queryKey: ORGANISATION_KEY });
}

export interface OrganisationState {
  rows: ComputedRef<Row[]>;
  nowhere: ComputedRef<number>;
  loading: ComputedRef<boolean>;
  failure: ComputedRef<Error | null>;
  retry: () => void;
  refused: Ref<Refusal | null>;
  may: ComputedRef<{ create: boolean; update: boolean; delete: boolean; merge: boolean; people: boolean; move: boolean }>;
  create: (name: string, parent: number | null) => Promise<number | null>;
  change: (row: Row, values: Values, done: string) => Promise<boolean>;
  move: (row: Row, parent: number | null) => Promise<boolean>;
  remove: (row: Row) => Promise<boolean>;
}

export function useOrganisation(): OrganisationState {
  const { t } = useI18n();
  const catalog = useCatalog();
  const refused = ref<Refusal | null>(null);
  const query = useQuery({ queryKey: ORGANISATION_KEY, queryFn: api.getOrganisation, staleTime: 10_000 });
  const rows = computed(() => treeRows(query.data.value?.departments ?? []));
  const may = computed(() => {
    const department = catalog.get("department")?.rights;
    const user = catalog.get("user")?.rights;
    return {
      create: department?.create === true, update: department?.update === true, delete: department?.delete === true, merge: department?.actions?.includes("merge") === true,
      people: user?.update === true, move: user?.actions?.includes("move") === true,
    };
  });
  async function attempt(id: number, work: () => Promise<void>): Promise<boolean> {
    refused.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      refused.value = { id, text: refusal(error, t("error.network")) };
      return false;
    }
  }
  async function create(name: string, parent: number | null): Promise<number | null> {
    let made: number | null = null;
    await attempt(parent ?? 0, async () => {
      made = (await api.createRecord("department", { name, parent })).id;
      organisationChanged("department");
    });
    return made;
  }
  const change = (row: Row, values: Values, done: string): Promise<boolean> => attempt(row.id, async () => {
    await api.updateRecord("department", row.id, values);
    organisationChanged("department", row.id);
    say(done);
  });
  const move = (row: Row, parent: number | null): Promise<boolean> => attempt(row.id, async () => {
    await api.updateRecord("department", row.id, { parent });
    organisationChanged("department", row.id);
    const back = row.parent;
    say(t("org.moved", { name: row.name }), { action: { label: t("common.undo"), run: () => void attempt(row.id, async () => {
      await api.updateRecord("department", row.id, { parent: back });
      organisationChanged("department", row.id);
    }) } });
  });
  const remove = (row: Row): Promise<boolean> => attempt(row.id, async () => {
    await api.deleteRecord("department", row.id);
    organisationChanged("department", row.id);
    say(t("org.deleted", { name: row.name }), { action: { label: t("common.undo"), run: () => void attempt(row.id, async () => {
      await api.restoreRecord("department", row.id);
      organisationChanged("department", row.id);
    }) } });
  });
  return {
    rows, nowhere: computed(() => query.data.value?.nowhere.people ?? 0), loading: computed(() => query.isLoading.value), failure: computed(() => query.error.value), retry: () => void query.refetch(),
    refused, may, create, change, move, remove,
  };
}
