// A card put into another column: shown there at once, saved, asked about where the stage demands something, put back where it is refused.
import { shallowRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { invalidateRecord, queryClient } from "@/lib/queries";
import type { ListState } from "@/list/useListState";
import { field } from "@/meta/catalog";
import type { FieldDef, Json, Page, RecordData } from "@/meta/types";
import { actionBody, actionFields } from "@/record/actions";
import { saveRecord } from "@/record/save";
import { say } from "@/ui/toast";
import type { BoardModel, Lane } from "./useBoard";
import type { Lifted } from "./useDrag";

export interface Ask { record: RecordData; to: Lane; fields: FieldDef[]; action: string | null }
/** Why a card went back, said at the card. */
export interface Refusal { id: number; to: string; lines: string[] }
export interface Moves { asking: ShallowRef<Ask | null>; refusal: ShallowRef<Refusal | null>; drop: (lifted: Lifted, key: string) => Promise<void>; answer: (values: Record<string, Json>) => Promise<void> }

export function useMoves(state: ListState, board: BoardModel, placed: (id: number, to: string) => void): Moves {
  const { t } = useI18n();
  const asking = shallowRef<Ask | null>(null);
  const refusal = shallowRef<Refusal | null>(null);
  const may = (name: string): boolean => state.object.value.rights.actions?.includes(name) ?? false;

  /** Shows the card in its new column before the server has answered; put back when it refuses. */
  function place(record: RecordData, to: Lane): () => void {
    const name = state.object.value.name;
    const lanes = board.lanes.value;
    const snapshots = queryClient.getQueriesData<{ pages: Page[]; pageParams: unknown[] }>({ queryKey: ["records", name, "pages"] });
    for (const [key, data] of snapshots) {
      const filter = (key[3] as { filter?: string } | undefined)?.filter ?? "";
      if (!data || !lanes.some((lane) => lane.filter === filter)) continue;
      const pages = data.pages.map((page, index) => {
        const items = page.items.filter((item) => item.id !== record.id);
        return { ...page, items: to.filter === filter && index === 0 ? [{ ...record, [board.field.value.name]: to.value }, ...items] : items };
      });
      queryClient.setQueryData(key, { ...data, pages });
    }
    return () => { for (const [key, data] of snapshots) queryClient.setQueryData(key, data); };
  }
  async function apply(record: RecordData, to: Lane, values: Record<string, Json>, action: string | null): Promise<void> {
    const name = state.object.value.name;
    const restore = place(record, to);
    placed(record.id, to.key);
    try {
      if (action) await api.runAction(name, record.id, action, actionBody(values));
      else await saveRecord(name, record, { ...values, [board.field.value.name]: to.value });
      invalidateRecord(name, record.id);
      say(t("kanban.moved", { stage: to.label }));
    } catch (error) {
      restore();
      throw error;
    }
  }
  async function drop(lifted: Lifted, key: string): Promise<void> {
    const to = board.lanes.value.find((lane) => lane.key === key);
    if (!to) return;
    refusal.value = null;
    const staged = board.field.value.name === state.object.value.stage;
    const action = staged && to.option?.outcome === "lost" && may("lose") ? "lose" : staged && to.option?.outcome === "won" && may("win") ? "win" : null;
    const fields = action === "lose" ? actionFields(state.object.value, "lose", t("record.reason")) : [];
    if (fields.length) {
      if (to.folded) board.toggle(to.key);
      asking.value = { record: lifted.record, to, fields, action };
      return;
    }
    try {
      await apply(lifted.record, to, {}, action);
    } catch (error) {
      refused(error, lifted.record, to, action);
    }
  }
  /** What the stage demands is asked for in place; what no form can mend is said at the card, with what else is missing. */
  function refused(error: unknown, record: RecordData, to: Lane, action: string | null): void {
    const messages = error instanceof ApiError ? error.byField() : { "": String(error) };
    const gate = error instanceof ApiError && error.status === 422 ? (error.problem.errors ?? []).filter((item) => item.field === board.field.value.name) : [];
    const fields = Object.keys(messages).flatMap((name) => (name === board.field.value.name ? [] : (field(state.object.value, name) ?? []))).map((item) => ({ ...item, required: true }));
    if (gate.length) refusal.value = { id: record.id, to: to.label, lines: [...gate.map((item) => item.message), ...fields.map((item) => `${item.label}: ${messages[item.name] ?? ""}`)] };
    else if (fields.length) {
      if (to.folded) board.toggle(to.key);
      asking.value = { record, to, fields, action };
    } else say(Object.values(messages).join(" ") || t("error.server"), { tone: "bad" });
  }
  async function answer(values: Record<string, Json>): Promise<void> {
    if (asking.value) await apply(asking.value.record, asking.value.to, values, asking.value.action);
  }
  return { asking, refusal, drop, answer };
}
