// Every call the interface makes, named. No state: caching is the queries' business.
import { request, randomKey, type Problem } from "./http";
import type { AggregateRow, FileRef, Json, ObjectDef, Page, RecordData, Ref, Values } from "@/meta/types";

export interface Session {
  user: { id: number; login: string; name: string; department: Ref | null; lang: string | null; manager?: boolean };
  token?: string;
  admin?: boolean;
  zone?: string;
  permissions?: Json;
}
export interface ListQuery {
  filter?: string;
  sort?: string;
  fields?: string;
  q?: string;
  limit?: number;
  after?: string | null;
  count?: boolean;
}
export interface AggregateQuery { group?: string; measure: string; filter?: string }
export interface SearchHit { object: string; id: number; name: string | null; match?: string }
export interface FieldChange { field: string; from: Json; to: Json }
export interface TimelineItem {
  kind: "activity" | "task" | "comment" | "event" | "attachment" | "change";
  at: string;
  user: Ref | null;
  activity?: RecordData;
  task?: RecordData;
  comment?: RecordData;
  event?: RecordData;
  attachment?: RecordData;
  action?: string;
  changes?: FieldChange[];
}
export interface Timeline { items: TimelineItem[]; next: string | null }
export interface HistoryItem { id: number; version: number; at: string; user: Ref | null; source?: string; via?: string | null; action?: string; changes: FieldChange[] }
export interface History { items: HistoryItem[]; next: string | null }

export interface FieldState { show: boolean; require: boolean; lock: boolean }
/** What a form shows for the values typed so far: which layout, which sections, fields with rules, computed values, what is wrong. */
export interface FormState {
  layout: string | null;
  sections: boolean[];
  fields: Record<string, FieldState>;
  computed: Values;
  errors: { field: string; code: string; message: string }[];
}
export interface ExpressionCheck { ok: boolean; type?: string; code?: string; message?: string; position?: number; value?: Json }
export interface JobProblem { id: number; name: string | null; message: string }
export interface Job<Result = Json> {
  id: number;
  kind: string;
  status: "queued" | "running" | "done" | "failed";
  progress: number;
  result: Result | null;
  problem: { title?: string; detail?: string } | null;
}
export interface BulkResult { done: number; failed: number; problems: JobProblem[]; undo: boolean }
export interface BulkRequest {
  ids?: number[];
  filter?: string;
  q?: string;
  op: "update" | "delete" | "restore" | "action" | "tag";
  values?: Values;
  action?: string;
  body?: Values;
  add?: string[];
  remove?: string[];
}
export interface ExportRequest { object: string; ids?: number[]; filter?: string; q?: string; sort?: string; columns: string[]; format: "csv" | "xlsx" }
export interface ExportResult { file: FileRef; rows: number }
/** What the organisation has set; the same for everybody. map_tiles is a Leaflet address template, empty: no tiles. */
export interface Settings { company: string; zone: string; currency: string; language: string; week_start: 0 | 1 | 6; map_tiles: string; map_attribution: string; demo: boolean; audit_days?: number; bin_days?: number; export_rows?: number; opened_hour?: number; opened_day?: number; rows_hour?: number; rows_day?: number }
export interface SetupRequest { code: string; company: string; zone: string; language: string; currency: string; login: string; name: string; password: string; demo: boolean }
export interface Busy { user: number; from: string; to: string }
export interface CalendarAddress { created_at: string | null; url?: string }

export const getSession = (): Promise<Session> => request("GET", "/session");
export const signIn = (login: string, password: string): Promise<Session> => request("POST", "/session", { body: { login, password } });
export const signOut = (): Promise<null> => request("DELETE", "/session");
export const getObjects = (): Promise<{ items: ObjectDef[] }> => request("GET", "/meta/objects");

export const listRecords = (object: string, query: ListQuery, signal?: AbortSignal): Promise<Page> =>
  request("GET", `/records/${object}`, { query: { ...query }, signal });
export const getRecord = (object: string, id: number, signal?: AbortSignal): Promise<RecordData> =>
  request("GET", `/records/${object}/${id}`, { signal });
export const createRecord = (object: string, values: Values, key: string = randomKey()): Promise<RecordData> =>
  request("POST", `/records/${object}`, { body: values, idempotencyKey: key });
export const updateRecord = (object: string, id: number, values: Values, version?: number): Promise<RecordData> =>
  request("PATCH", `/records/${object}/${id}`, { body: values, version });
export const deleteRecord = (object: string, id: number): Promise<null> => request("DELETE", `/records/${object}/${id}`);
export const batchUpdate = (object: string, changes: { id: number; values: Values }[]): Promise<Json> =>
  request("POST", `/records/${object}/batch`, { query: { atomic: false }, body: { items: changes.map((change) => ({ op: "update", ...change })) }, idempotencyKey: randomKey() });
export interface BatchUpdate { id: number; version?: number; values: Values }
export interface BatchAnswer { status: number; record?: RecordData; problem?: Problem }
/** Each record with values of its own, each for itself: the answers stand in the order of the changes. */
export const updateEach = (object: string, changes: BatchUpdate[]): Promise<{ items: BatchAnswer[] }> =>
  request("POST", `/records/${object}/batch`, { query: { atomic: false }, body: { items: changes.map((change) => ({ op: "update", ...change })) as Json }, idempotencyKey: randomKey() });
export const runAction = (object: string, id: number, action: string, body: Json): Promise<Json> =>
  request("POST", `/records/${object}/${id}/actions/${action}`, { body, idempotencyKey: randomKey() });
export const aggregate = (object: string, query: AggregateQuery, signal?: AbortSignal): Promise<{ items: AggregateRow[] }> =>
  request("GET", `/aggregate/${object}`, { query: { ...query }, signal });
export const timeline = (object: string, id: number, after: string | null): Promise<Timeline> =>
  request("GET", `/records/${object}/${id}/timeline`, { query: { limit: 30, after } });
export const history = (object: string, id: number, after: string | null): Promise<History> =>
  request("GET", `/records/${object}/${id}/history`, { query: { limit: 30, after } });
export const searchRecords = (q: string, signal?: AbortSignal): Promise<{ items: SearchHit[] }> =>
  request("GET", "/search", { query: { q }, signal });
export const listTrash = (object: string, after: string | null): Promise<Page> =>
  request("GET", `/trash/${object}`, { query: { limit: 50, after } });
/** One deleted record, where this reader may see it. */
export const trashed = (object: string, id: number): Promise<Page> => request("GET", `/trash/${object}`, { query: { filter: `id = ${id}`, limit: 1 } });
export const restoreRecord = (object: string, id: number): Promise<Json> =>
  request("POST", `/trash/${object}/${id}/restore`, { body: {}, idempotencyKey: randomKey() });
export function uploadFile(file: File): Promise<FileRef> {
  const form = new FormData();
  form.append("file", file, file.name);
  return request("POST", "/files", { form, idempotencyKey: randomKey() });
}

export const formState = (object: string, body: { id?: number; values: Values; role?: number }, signal?: AbortSignal): Promise<FormState> =>
  request("POST", `/records/${object}/form`, { body, signal });
export const checkExpression = (object: string, body: { expression: string; kind: "condition" | "value" | "rollup"; id?: number }, signal?: AbortSignal): Promise<ExpressionCheck> =>
  request("POST", `/meta/objects/${object}/check`, { body, signal });
/** A definition with the labels of all languages, as one role sees it where a role is given (administrators). */
export const getObject = (object: string, query: { labels?: "all"; role?: number } = {}): Promise<ObjectDef> => request("GET", `/meta/objects/${object}`, { query });
export const changeObject = (object: string, change: Values): Promise<ObjectDef> => request("PATCH", `/meta/objects/${object}`, { body: change });
export const addField = (object: string, definition: Values): Promise<ObjectDef> => request("POST", `/meta/objects/${object}/fields`, { body: definition });
export const changeField = (object: string, field: string, change: Values): Promise<ObjectDef> => request("PATCH", `/meta/objects/${object}/fields/${field}`, { body: change });
export const retireField = (object: string, field: string): Promise<null> => request("DELETE", `/meta/objects/${object}/fields/${field}`);
export const addObject = (definition: Values): Promise<ObjectDef> => request("POST", "/meta/objects", { body: definition });

export const bulk = (object: string, body: BulkRequest): Promise<Job<BulkResult>> =>
  request("POST", `/records/${object}/bulk`, { body: JSON.parse(JSON.stringify(body)) as Json, idempotencyKey: randomKey() });
export const getJob = <Result>(id: number): Promise<Job<Result>> => request("GET", `/jobs/${id}`);
export const undoJob = (id: number): Promise<Job<BulkResult>> => request("POST", `/jobs/${id}/undo`, { body: {}, idempotencyKey: randomKey() });
export const exportRecords = (body: ExportRequest): Promise<Job<ExportResult>> =>
  request("POST", "/exports", { body: JSON.parse(JSON.stringify(body)) as Json, idempotencyKey: randomKey() });

export const getSettings = (): Promise<Settings> => request("GET", "/settings");
export const changeSettings = (change: Values): Promise<Settings> => request("PATCH", "/settings", { body: change });
export const getSetup = (): Promise<{ needed: boolean }> => request("GET", "/setup");
export const setUp = (body: SetupRequest): Promise<Session & { job: number | null }> => request("POST", "/setup", { body: { ...body }, idempotencyKey: randomKey() });
export const removeDemo = (): Promise<Job> => request("DELETE", "/demo");
/** What one person has set for himself, kept by the server: any JSON object up to 64 KB. */
export const getPreferences = (): Promise<Values> => request("GET", "/preferences");
export const putPreferences = (values: Values): Promise<Values> => request("PUT", "/preferences", { body: values });
export const setPassword = (user: number, body: Values): Promise<null> => request("POST", `/users/${user}/password`, { body });

export const busy = (users: number[], from: string, to: string, signal?: AbortSignal): Promise<{ items: Busy[] }> =>
  request("GET", "/calendar/busy", { query: { users: users.join(","), from, to }, signal });
export const getCalendarAddress = (): Promise<CalendarAddress> => request("GET", "/calendar/address");
export const makeCalendarAddress = (): Promise<CalendarAddress> => request("POST", "/calendar/address", { body: {} });
export const removeCalendarAddress = (): Promise<null> => request("DELETE", "/calendar/address");
/** Where a file can be looked at in place: pictures, PDF, plain text. */
export const filePreview = (id: number): string => `/api/v1/files/${id}?inline=1`;
