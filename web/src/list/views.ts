// Views as tabs: what ships with the object and what people saved, in the order each person likes.
import type { ViewDef, ViewKind, Json, RecordData, Ref, Values } from "@/meta/types";
import { asNumber, asRef, asText } from "@/meta/types";

export type Share = "private" | "department" | "all";
export type Measure = "sum" | "avg" | "min" | "max";
/** Beside these the kinds keep what is theirs: calendar {start, end}, timeline {start, end}, map {position}. */
export interface ViewSettings { widths?: Record<string, number>; sums?: Record<string, Measure>; group?: string; [name: string]: unknown }

export interface ListView extends ViewDef {
  /** null: it comes with the object */
  id: number | null;
  version: number;
  owner: Ref | null;
  department: Ref | null;
  share: Share;
  locked: boolean;
  place: number;
  looks: ViewSettings;
}

export interface TabOrder { order: string[]; hidden: string[]; start: string | null }
export const NO_ORDER: TabOrder = { order: [], hidden: [], start: null };
export const VIEW_FIELDS = "id,version,name,owner,department,object,kind,filter,sort,group,columns,settings,share,locked,place";

function settingsOf(value: Json | undefined): ViewSettings {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as ViewSettings) : {};
}

export function shippedView(view: ViewDef): ListView {
  return { ...view, id: null, version: 0, owner: null, department: null, share: "all", locked: true, place: 0, looks: settingsOf(view.settings) };
}

export function savedView(record: RecordData): ListView {
  const columns = Array.isArray(record.columns) ? record.columns.filter((item): item is string => typeof item === "string") : undefined;
  return {
    name: String(record.id), label: asText(record.name), kind: (asText(record.kind) || "list") as ViewKind, filter: asText(record.filter) || undefined, sort: asText(record.sort) || undefined,
    group: asText(record.group) || undefined, columns, settings: record.settings ?? undefined,
    id: record.id, version: record.version, owner: asRef(record.owner), department: asRef(record.department), share: (asText(record.share) || "private") as Share, locked: record.locked === true,
    place: asNumber(record.place) ?? 1e6, looks: settingsOf(record.settings ?? undefined),
  };
}

/** Shipped ones first, then saved ones by their place, unless the reader has put them otherwise; new ones come last. */
export function arrange(views: ListView[], tabs: TabOrder): ListView[] {
  const at = new Map(tabs.order.map((name, index) => [name, index]));
  return [...views].sort((a, b) => {
    const left = at.get(a.name);
    const right = at.get(b.name);
    if (left !== undefined || right !== undefined) return (left ?? 1e6) - (right ?? 1e6);
    if ((a.id === null) !== (b.id === null)) return a.id === null ? -1 : 1;
    return a.id === null ? 0 : a.place - b.place || (a.id ?? 0) - (b.id ?? 0);
  });
}

/** The names in a new order, with one moved before another (or to the end). */
export function moved(names: string[], name: string, before: string | null): string[] {
  const rest = names.filter((item) => item !== name);
  const at = before === null ? -1 : rest.indexOf(before);
  return at < 0 ? [...rest, name] : [...rest.slice(0, at), name, ...rest.slice(at)];
}

/** What a view is, without whose it is. */
export interface ViewContent { kind: ViewKind; filter: string; sort: string; group: string; columns: string[]; looks: ViewSettings }

export function contentOf(view: ListView | undefined, columns: string[]): ViewContent {
  return { kind: view?.kind ?? "list", filter: view?.filter ?? "", sort: view?.sort ?? "", group: view?.group ?? "", columns: view?.columns?.length ? view.columns : columns, looks: view?.looks ?? {} };
}

export function contentValues(content: ViewContent): Values {
  return {
    kind: content.kind, filter: content.filter || null, sort: content.sort || null, group: content.group || null, columns: content.columns,
    settings: Object.keys(content.looks).length ? (JSON.parse(JSON.stringify(content.looks)) as Json) : null,
  };
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && !(item !== null && typeof item === "object" && !Array.isArray(item) && Object.keys(item).length === 0));
    return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${JSON.stringify(key)}:${stable(item)}`).join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}

export function sameContent(a: ViewContent, b: ViewContent): boolean {
  return stable(a) === stable(b);
}
