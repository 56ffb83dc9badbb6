// Where the reader stands in the table: the row, the cell, what is being edited.
import { computed, nextTick, ref, watch, type ComputedRef, type Ref } from "vue";
import { isEditable } from "@/meta/catalog";
import type { FieldDef, RecordData } from "@/meta/types";
import type { ListRow } from "./groups";
import type { ListState } from "./useListState";
import type { Selection } from "./useSelection";
import { useTableKeys } from "./useTableKeys";

/** Rows by their place, so that a long list need not be copied to be shown. */
export interface Rows { count: number; at: (index: number) => ListRow | undefined; indexOf: (id: number) => number }
export interface Editing { id: number; field: string }
interface Options {
  state: ListState;
  selection: Selection;
  rows: () => Rows;
  items: () => RecordData[];
  pageSize: () => number;
  scrollTo: (row: number) => void;
  open: (id: number, page: boolean) => void;
  fold: (key: string) => void;
}
export interface Grid {
  cursor: Ref<number>;
  column: Ref<string | null>;
  editing: Ref<Editing | null>;
  field: ComputedRef<FieldDef | null>;
  record: ComputedRef<RecordData | null>;
  below: () => RecordData[];
  startEdit: (row: number, id: number, field: string | null) => void;
  editNext: (id: number, field: string, by: number) => Promise<void>;
}

export function useGrid(options: Options): Grid {
  const { state, selection } = options;
  const cursor = ref(-1);
  const column = ref<string | null>(null);
  const editing = ref<Editing | null>(null);
  const at = computed(() => options.rows().at(cursor.value));
  const record = computed(() => { const row = at.value; return row?.kind === "record" ? row.record : null; });
  // the reader stands on a record, not on a line: where rows change places the cursor goes along
  let stood: number | null = null;
  watch(() => record.value?.id ?? null, (id) => { stood = id; });
  watch(options.rows, (rows) => {
    if (stood === null || record.value?.id === stood) return;
    const found = rows.indexOf(stood);
    if (found >= 0) cursor.value = found;
  }, { flush: "sync" });
  const field = computed(() => state.columns.value.find((item) => item.name === column.value) ?? null);
  const editable = (): FieldDef[] => state.columns.value.filter((item) => isEditable(state.object.value, item));

  function stand(row: number, extend: boolean): void {
    const before = record.value;
    const last = options.rows().count - 1;
    cursor.value = Math.max(0, Math.min(last, row));
    options.scrollTo(cursor.value);
    if (!extend || !record.value) return;
    if (before && !selection.ids.value.size) selection.toggle(before.id);
    selection.reach(record.value.id, options.items());
  }
  function across(by: number): void {
    const row = at.value;
    if (row?.kind === "group") {
      options.fold(row.group.key);
      return;
    }
    const names = [null, ...state.columns.value.map((item) => item.name)];
    column.value = names[Math.max(0, Math.min(names.length - 1, names.indexOf(column.value) + by))] ?? null;
    void nextTick(() => document.querySelector(".td.at")?.scrollIntoView({ block: "nearest", inline: "nearest" }));
  }
  function edit(): void {
    const row = record.value;
    const item = column.value ? field.value : (editable()[0] ?? null);
    if (!row || !item || !isEditable(state.object.value, item)) return;
    column.value = item.name;
    editing.value = { id: row.id, field: item.name };
  }
  function startEdit(row: number, id: number, name: string | null): void {
    cursor.value = row;
    if (name) column.value = name;
    editing.value = name ? { id, field: name } : null;
  }
  /** The next cell that can be edited, for Tab; past the last one, the first of the next row. */
  async function editNext(id: number, name: string, by: number): Promise<void> {
    const names = editable().map((item) => item.name);
    const rows = options.rows();
    let row = rows.indexOf(id);
    let place = names.indexOf(name) + by;
    await nextTick();
    while (place < 0 || place >= names.length) {
      row += by;
      const next = rows.at(row);
      if (!next || names.length === 0) return;
      if (next.kind !== "record") continue;
      place = by > 0 ? 0 : names.length - 1;
    }
    const target = rows.at(row);
    const wanted = names[place];
    if (target?.kind !== "record" || !wanted) return;
    options.scrollTo(row);
    startEdit(row, target.record.id, wanted);
  }
  useTableKeys({
    onCell: () => column.value !== null && field.value !== null && isEditable(state.object.value, field.value),
    onRow: () => at.value !== undefined,
    move: (by, extend) => stand(cursor.value + by, extend),
    edge: (end, extend) => stand(end ? options.rows().count - 1 : 0, extend),
    pageSize: options.pageSize,
    across, edit,
    open: (page) => { const row = at.value; if (row?.kind === "record") options.open(row.record.id, page); else if (row?.kind === "group") options.fold(row.group.key); },
    toggle: () => { if (record.value) selection.toggle(record.value.id); },
    all: () => selection.all(options.items()),
    leave: () => {
      if (column.value !== null) column.value = null;
      else if (selection.some.value) selection.clear();
      else if (state.openId.value !== null) state.set({ open: null });
    },
  });
  function below(): RecordData[] {
    const rows = options.rows();
    const found: RecordData[] = [];
    for (let row = Math.max(0, cursor.value); row < rows.count && found.length < 1000; row++) {
      const next = rows.at(row);
      if (next?.kind === "record") found.push(next.record);
    }
    return cursor.value < 0 ? [] : found;
  }
  return { cursor, column, editing, field, record, below, startEdit, editNext };
}
