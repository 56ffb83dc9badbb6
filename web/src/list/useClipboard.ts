// Ctrl+C of a cell or of the chosen rows; a pasted range goes into the cells from the current one on, as one change that can be taken back.
import { onBeforeUnmount, onMounted, ref, shallowReactive, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { quote } from "@/lib/filter";
import { invalidateRecord, queryClient } from "@/lib/queries";
import { isEditable } from "@/meta/catalog";
import type { FieldDef, Json, Page, RecordData, Values } from "@/meta/types";
import { sameValue, toWire } from "@/record/save";
import { say } from "@/ui/toast";
import { cellText, parseTable, readCell, writeTable } from "./cellText";
import { targetOf } from "./fields";
import { isElsewhere, isWriting } from "./useTableKeys";
import type { ListState } from "./useListState";

const BATCH = 500;
const LARGEST = 1000;
export interface Refusal { value: Json; message: string }
interface Grid {
  state: ListState;
  /** rows from the current one on */
  below: () => RecordData[];
  chosen: () => RecordData[];
  column: () => FieldDef | null;
}
interface Change { record: RecordData; values: Values }

export const refusalKey = (id: number, field: string): string => `${id}:${field}`;

export function useClipboard(grid: Grid): { refusals: Map<string, Refusal>; pasting: Ref<boolean> } {
  const { t } = useI18n();
  const refusals = shallowReactive(new Map<string, Refusal>());
  const pasting = ref(false);
  const words = { yes: t("common.yes"), no: t("common.no") };
  const object = (): string => grid.state.object.value.name;
  const nameField: FieldDef = { id: 0, name: "name", type: "text", label: "" };

  function copy(event: ClipboardEvent): void {
    if (isWriting(event) || isElsewhere(event) || (window.getSelection()?.toString() ?? "") !== "") return;
    const columns = [nameField, ...grid.state.columns.value];
    const rows = grid.chosen();
    const column = grid.column();
    const record = grid.below()[0];
    const line = (item: RecordData): string[] => columns.map((each) => cellText(each, item[each.name], words));
    let text = "";
    if (rows.length) text = writeTable([[grid.state.object.value.label, ...grid.state.columns.value.map((item) => item.label)], ...rows.map(line)]);
    else if (record) text = cellText(column ?? nameField, record[(column ?? nameField).name], words);
    if (!text) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    say(rows.length ? t("list.copiedRows", { n: rows.length }) : t("list.copied", { text: text.length > 24 ? `${text.slice(0, 24)}…` : text }));
  }

  /** Records by the exact names that were pasted; a name that several have is none. */
  async function byName(target: string, names: string[]): Promise<Map<string, number | null>> {
    const found = new Map<string, number | null>();
    for (let at = 0; at < names.length; at += 50) {
      const part = names.slice(at, at + 50);
      const page = await api.listRecords(target, { filter: `name in (${part.map(quote).join(", ")})`, fields: "id,name", limit: 200 });
      for (const record of page.items) if (typeof record.name === "string") found.set(record.name, found.has(record.name) ? null : record.id);
    }
    return found;
  }
  async function read(table: string[][]): Promise<{ changes: Change[]; failed: number }> {
    const { state } = grid;
    const first = state.columns.value.findIndex((item) => item === grid.column());
    const rows = grid.below().slice(0, table.length);
    const named = new Map<string, Set<string>>();
    const cells = rows.flatMap((record, row) => (table[row] ?? []).flatMap((text, column) => {
      const item = state.columns.value[first + column];
      if (!item) return [];
      const cell = { record, item, text, read: isEditable(state.object.value, item) ? readCell(item, text) : ({ ok: false } as const) };
      const target = targetOf(item);
      if (cell.read.ok && "name" in cell.read && target) named.set(target, (named.get(target) ?? new Set()).add(cell.read.name));
      return [cell];
    }));
    const found = new Map<string, Map<string, number | null>>();
    for (const [target, names] of named) found.set(target, await byName(target, [...names]));
    const changes = new Map<number, Change>();
    let failed = 0;
    const refuse = (record: RecordData, item: FieldDef, text: string, message: string): void => {
      failed++;
      refusals.set(refusalKey(record.id, item.name), { value: text, message });
    };
    for (const { record, item, text, read: cell } of cells) {
      let value: Json | undefined;
      if (cell.ok && "value" in cell) value = cell.value;
      else if (cell.ok) {
        const id = found.get(targetOf(item) ?? "")?.get(cell.name);
        if (typeof id === "number") value = { id, name: cell.name };
        else refuse(record, item, text, id === null ? t("list.pasteSeveral", { name: text }) : t("list.pasteNobody", { name: text }));
      } else refuse(record, item, text, isEditable(state.object.value, item) ? t("list.pasteNot", { label: item.label }) : t("list.pasteReadOnly", { label: item.label }));
      if (value === undefined || sameValue(value, record[item.name])) continue;
      const change = changes.get(record.id) ?? { record, values: {} };
      change.values[item.name] = value;
      changes.set(record.id, change);
    }
    return { changes: [...changes.values()], failed };
  }

  function show(saved: RecordData[]): void {
    const byId = new Map(saved.map((record) => [record.id, record]));
    queryClient.setQueriesData<{ pages: Page[]; pageParams: unknown[] }>({ queryKey: ["records", object(), "pages"] }, (data) => data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => { const now = byId.get(item.id); return now ? { ...item, ...Object.fromEntries(Object.keys(item).filter((key) => now[key] !== undefined).map((key) => [key, now[key] ?? null])), version: now.version } : item; }) })),
    });
    invalidateRecord(object());
  }
  async function write(changes: Change[], told: boolean): Promise<{ done: Change[]; versions: Map<number, number>; failed: number }> {
    const done: Change[] = [];
    const saved: RecordData[] = [];
    let failed = 0;
    for (let at = 0; at < changes.length; at += BATCH) {
      const part = changes.slice(at, at + BATCH);
      const { items } = await api.updateEach(object(), part.map(({ record, values }) => ({ id: record.id, version: record.version, values: toWire(values) })));
      part.forEach((change, index) => {
        const answer = items[index];
        if (answer && answer.status < 300 && answer.record) {
          done.push(change);
          saved.push(answer.record);
          return;
        }
        failed += Object.keys(change.values).length;
        if (!told) return;
        const messages = new ApiError(answer?.status ?? 0, answer?.problem ?? {}, null).byField();
        for (const [name, value] of Object.entries(change.values)) refusals.set(refusalKey(change.record.id, name), { value, message: messages[name] ?? messages[""] ?? Object.values(messages)[0] ?? "" });
      });
    }
    show(saved);
    return { done, failed, versions: new Map(saved.map((record) => [record.id, record.version])) };
  }
  async function takeBack(done: Change[], versions: Map<number, number>): Promise<void> {
    const back = done.map(({ record, values }) => ({ record: { ...record, version: versions.get(record.id) ?? record.version }, values: Object.fromEntries(Object.keys(values).map((name) => [name, record[name] ?? null])) }));
    const { failed } = await write(back, false);
    say(failed ? t("list.pasteKept", { n: failed }) : t("list.pasteUndone", { n: back.length }), failed ? { tone: "bad" } : {});
  }
  async function paste(event: ClipboardEvent): Promise<void> {
    if (isWriting(event) || isElsewhere(event) || pasting.value || !grid.column() || !grid.below().length) return;
    const table = parseTable(event.clipboardData?.getData("text/plain") ?? "").slice(0, LARGEST);
    if (table.length === 1 && table[0]?.length === 1 && table[0][0] === "") return;
    event.preventDefault();
    pasting.value = true;
    refusals.clear();
    try {
      const { changes, failed } = await read(table);
      const written = changes.length ? await write(changes, true) : { done: [], failed: 0, versions: new Map<number, number>() };
      const cells = written.done.reduce((sum, change) => sum + Object.keys(change.values).length, 0);
      const bad = failed + written.failed;
      const action = written.done.length ? { label: t("common.undo"), run: () => void takeBack(written.done, written.versions) } : undefined;
      if (bad) say(t("list.pastedPartly", { n: cells, failed: bad }), { tone: "bad", action });
      else say(cells ? t("list.pasted", { n: cells }) : t("list.pastedSame"), { action });
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), { tone: "bad" });
    } finally {
      pasting.value = false;
    }
  }
  const onPaste = (event: ClipboardEvent): void => void paste(event);
  onMounted(() => { document.addEventListener("copy", copy); document.addEventListener("paste", onPaste); });
  onBeforeUnmount(() => { document.removeEventListener("copy", copy); document.removeEventListener("paste", onPaste); });
  return { refusals, pasting };
}
