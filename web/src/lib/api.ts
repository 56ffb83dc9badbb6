// Every call the interface makes, named. No state: caching is the queries' business.
import { request, randomKey, type Problem } from "./http";
import type { AggregateRow, FileRef, Json, ObjectDef, Page, RecordData, Ref, Values } from "@/meta/types";

export interface Session {
  user: { id: number; login: string; name: string; department: Ref | null; lang: string | null; manager?: boolean };
  token?: string;
  admin?: boolean;
  zone?: string;
  currency?: string;
  permissions?: Json;
  /** an administrator looks as the person above, who is then not the account that signed in */
  viewing_as?: { id: number; name: string } | null;
  account?: { id: number; login: string; name: string; lang: string | null };
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
  kind: "activity" | "task" | "comment" | "event" | "attachment" | "pool_movement" | "assignment_decision" | "stage_change" | "change";
  at: string;
  user: Ref | null;
  activity?: RecordData;
  task?: RecordData;
  comment?: RecordData;
  event?: RecordData;
  attachment?: RecordData;
  pool_movement?: RecordData;
  stage_change?: RecordData;
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
/** object: of work over several objects */
export interface JobProblem { id: number; object?: string; name: string | null; message: string }
export interface Job<Result = Json> {
  id: number;
  kind: string;
  status: "queued" | "running" | "done" | "failed";
  progress: number;
  result: Result | null;
  problem: { title?: string; detail?: string } | null;
  request?: Json;
  created_at?: string;
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
export interface Settings { company: string; zone: string; currency: string; language: string; week_start: 0 | 1 | 6; map_tiles: string; map_attribution: string; demo: boolean; address: string; password_length: number; password_classes: number; password_history: number; password_days: number; session_idle: number; session_hours: number; working_hours: { day: number; from: string; to: string }[]; holidays: string[]; workdays: string[]; /** administrators only */ allow_list?: string; audit_days?: number; bin_days?: number; export_rows?: number; opened_hour?: number; opened_day?: number; rows_hour?: number; rows_day?: number }
export interface SetupRequest { code: string; company: string; zone: string; language: string; currency: string; login: string; name: string; password: string; demo: boolean }
export interface FactorStart { secret: string; uri: string; qr?: string }
export interface SignInState {
  password: boolean;
  password_changed_at: string | null;
  must_change: boolean;
  second_factor: boolean;
  second_factor_since: string | null;
  second_factor_needed: boolean;
  recovery_codes_left: number;
  locked: boolean;
}
/** Where somebody is or was: place is here, inside (a private network), outside or not known. */
export interface Whereabouts { address: string; place: "here" | "inside" | "outside" | null; agent: string }
export interface SessionItem extends Whereabouts { id: string; created_at: string; seen_at: string; method: string; current: boolean }
export interface DeviceItem extends Whereabouts { id: string; created_at: string; expires_at: string; seen_at: string; current: boolean }
export interface TokenScopes { objects?: "*" | Record<string, "read" | "write">; areas?: string[] }
export interface TokenItem extends Whereabouts { id: number; name: string; user: Ref; hint: string; scopes: TokenScopes; created_at: string; expires_at: string; seen_at: string | null; expired: boolean }
export interface Busy { user: number; from: string; to: string }
export interface CalendarAddress { created_at: string | null; url?: string }

export interface DepartmentNode { id: number; name: string; parent: number | null; head?: { id: number; name: string; active: boolean } | null; people: number; inactive: number; others: number }
export interface Organisation { departments: DepartmentNode[]; nowhere: { people: number; inactive: number; others: number } }
export interface DepartmentContents { items: { object: string; field: string; label: string; count: number }[]; roles: string[] }
export interface Share { user: { id: number; name: string }; count: number }
/** What somebody holds, by the field that names him; moves and to: what the rules that were sent make of it. */
export interface Holding { of: string; object: string; field: string; label: string; stays: boolean; count: number; moves: number; to: Share[] }
export interface Holdings {
  user: { id: number; name: string };
  active: boolean;
  items: Holding[];
  others: { of: string; label: string; ends: boolean; count: number }[];
  count: number;
  moves: number;
  to: Share[];
}
export interface HandoverRule { of: string; filter?: string; to: number[] }
export interface Superior { id: number; name: string; by: "superior" | "head"; department: Ref | null }

export const getSession = (): Promise<Session> => request("GET", "/session");
export const signIn = (login: string, password: string): Promise<Session> => request("POST", "/session", { body: { login, password } });
/** The further steps of signing in; each takes the challenge that the step before was answered with. */
export const signInSecond = (body: { challenge: string; code?: string; recovery?: string; remember?: boolean }): Promise<Session & { recovery_codes?: string[] }> => request("POST", "/session/second", { body });
export const signInEnrol = (challenge: string): Promise<FactorStart> => request("POST", "/session/enrol", { body: { challenge } });
export const signInPassword = (challenge: string, password: string): Promise<Session> => request("POST", "/session/password", { body: { challenge, password } });
export const signOut = (): Promise<null> => request("DELETE", "/session");
/** Looks as a colleague, reading only; null ends it. */
export const viewAs = (user: number | null): Promise<Session> => request("POST", "/session/view-as", { body: { user } });
export const getObjects = (): Promise<{ items: ObjectDef[] }> => request("GET", "/meta/objects");

export const listRecords = (object: string, query: ListQuery, signal?: AbortSignal): Promise<Page> =>
  request("GET", `/records/${object}`, { query: { ...query }, signal });
/** How many records a filter has, at most 10,000; null where counting would cost more than a page. */
export const countRecords = (object: string, filter: string, signal?: AbortSignal): Promise<{ count: number | null; exact: boolean }> =>
  request("GET", `/records/${object}/count`, { query: { filter: filter || undefined }, signal });
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
export const listJobs = (limit = 20): Promise<{ items: Job[] }> => request("GET", "/jobs", { query: { limit } });
export const exportRecords = (body: ExportRequest): Promise<Job<ExportResult>> =>
  request("POST", "/exports", { body: JSON.parse(JSON.stringify(body)) as Json, idempotencyKey: randomKey() });

export const getSettings = (): Promise<Settings> => request("GET", "/settings");
export const changeSettings = (change: Values): Promise<Settings> => request("PATCH", "/settings", { body: change });
export const getSetup = (): Promise<{ needed: boolean }> => request("GET", "/setup");
export const setUp = (body: SetupRequest): Promise<Session & { job: number | null }> => request("POST", "/setup", { body: { ...body }, idempotencyKey: randomKey() });
export const removeDemo = (): Promise<Job> => request("DELETE", "/demo");
/** What one person has set for himself, kept by the server: any JSON object up to 64 KB. */
export const getPreferences = (): Promise<Values> => request("GET", "/preferences");
export const putPreferences = (values: Values): Promise<Values> => request("PUT", "/preferences", { body: values, keepalive: true });
export const setPassword = (user: number, body: Values): Promise<null> => request("POST", `/users/${user}/password`, { body });

export const getOrganisation = (): Promise<Organisation> => request("GET", "/organisation");
export const getDepartmentContents = (id: number): Promise<DepartmentContents> => request("GET", `/departments/${id}/contents`);
export const getSuperiors = (user: number): Promise<{ items: Superior[] }> => request("GET", `/users/${user}/superiors`);
export const getHoldings = (user: number, signal?: AbortSignal): Promise<Holdings> => request("GET", `/users/${user}/holdings`, { signal });
export const tryHandover = (user: number, rules: HandoverRule[], signal?: AbortSignal): Promise<Holdings> =>
  request("POST", `/users/${user}/handover`, { body: { rules: rules as unknown as Json, dry_run: true }, signal });
export const startHandover = (user: number, rules: HandoverRule[], disable: boolean): Promise<Job<BulkResult>> =>
  request("POST", `/users/${user}/handover`, { body: { rules: rules as unknown as Json, disable }, idempotencyKey: randomKey() });
export const getSignIn = (user: number): Promise<SignInState> => request("GET", `/users/${user}/signin`);
export const beginFactor = (user: number, current: string): Promise<FactorStart> => request("POST", `/users/${user}/factor`, { body: { current } });
export const confirmFactor = (user: number, code: string): Promise<{ recovery_codes: string[] }> => request("POST", `/users/${user}/factor/confirm`, { body: { code } });
export const endFactor = (user: number, body: { current: string; code: string }): Promise<null> => request("POST", `/users/${user}/factor/off`, { body });
export const renewRecovery = (user: number, body: { current: string; code: string }): Promise<{ recovery_codes: string[] }> => request("POST", `/users/${user}/factor/recovery`, { body });
export const resetFactor = (user: number): Promise<null> => request("DELETE", `/users/${user}/factor`);
export const endLockout = (user: number): Promise<null> => request("DELETE", `/users/${user}/lockout`);
export const listSessions = (user: number): Promise<{ items: SessionItem[] }> => request("GET", `/users/${user}/sessions`);
export const endSession = (user: number, id: string): Promise<null> => request("DELETE", `/users/${user}/sessions/${id}`);
export const endSessions = (user: number): Promise<null> => request("DELETE", `/users/${user}/sessions`);
export const listDevices = (user: number): Promise<{ items: DeviceItem[] }> => request("GET", `/users/${user}/devices`);
export const forgetDevice = (user: number, id: string): Promise<null> => request("DELETE", `/users/${user}/devices/${id}`);
export const listTokens = (user: number): Promise<{ items: TokenItem[] }> => request("GET", `/users/${user}/tokens`);
export const listAllTokens = (): Promise<{ items: TokenItem[] }> => request("GET", "/tokens");
export const createToken = (user: number, body: Values): Promise<{ id: number; token: string }> => request("POST", `/users/${user}/tokens`, { body });
export const deleteToken = (user: number, id: number): Promise<null> => request("DELETE", `/users/${user}/tokens/${id}`);

export const busy = (users: number[], from: string, to: string, signal?: AbortSignal): Promise<{ items: Busy[] }> =>
  request("GET", "/calendar/busy", { query: { users: users.join(","), from, to }, signal });
export const getCalendarAddress = (): Promise<CalendarAddress> => request("GET", "/calendar/address");
export const makeCalendarAddress = (): Promise<CalendarAddress> => request("POST", "/calendar/address", { body: {} });
export const removeCalendarAddress = (): Promise<null> => request("DELETE", "/calendar/address");
/** Where a file can be looked at in place: pictures, PDF, plain text. */
export const filePreview = (id: number): string => `/api/v1/files/${id}?inline=1`;

export interface PreviewSide { people: number; records: number }
/** What a change of a role would do: who would lose or gain sight of how many records, which rights and fields would change for whom. */
export interface Preview {
  people: number;
  records: { object: string; verb: "read" | "update" | "delete"; lose: PreviewSide; gain: PreviewSide; exact: boolean; who: { id: number; name: string; lose: number; gain: number }[] }[];
  rights: { object: string; right: string; people: number; given: boolean }[];
  fields: { object: string; field: string; label: string; from: string; to: string; people: number }[];
}
export const previewGrants = (role: number, grants: Json): Promise<Preview> => request("POST", `/roles/${role}/preview`, { body: { grants } });

/** Why somebody may do something (docs/manual, "Explain"): `why` is a sentence, the rest says through what. */
export interface Reason { kind: string; scope?: string; why: string; role?: string; role_id?: number; rule?: { id: number; name: string }; record?: { object: string; id: number; name: string | null }; expression?: string; member?: number; field_label?: string }
export interface Lack { role: string; role_id: number; scope: string; why: string }
export interface Verdict { allowed: boolean; because: Reason[]; without: Lack[] }
export interface Granted { allowed: boolean; because: { role: string; role_id: number }[] }
export interface FieldVerdict { field: string; label: string; right: "hide" | "mask" | "read" | "write"; mask?: string; because: { role: string; role_id: number; right: string }[] }
export interface Explanation {
  user: Ref;
  read: Verdict;
  update: Verdict;
  delete: Verdict;
  rights: FieldVerdict[];
  object: { create: Granted; export: Granted; import: Granted; transfer: Granted; actions: Record<string, Granted> };
}
export const explain = (object: string, id: number, user: number | null, signal?: AbortSignal): Promise<Explanation> => request("GET", `/records/${object}/${id}/explain`, { query: { user }, signal });

export interface Member { id: number; version: number; user: Ref; access: "read" | "write"; role: string | null }
export const teamOf = (object: string, id: number, signal?: AbortSignal): Promise<{ items: Member[]; manage: boolean }> => request("GET", `/records/${object}/${id}/team`, { signal });
