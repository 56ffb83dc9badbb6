// Every call the interface makes, named. No state: caching is the queries' business.
import { request, randomKey } from "./http";
import type { AggregateRow, FileRef, Json, ObjectDef, Page, RecordData, Ref, Values } from "@/meta/types";

export interface Session {
  user: { id: number; login: string; name: string; department: Ref | null; lang: string | null; manager?: boolean };
  token?: string;
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
  kind: "activity" | "task" | "change";
  at: string;
  user: Ref | null;
  activity?: RecordData;
  task?: RecordData;
  action?: string;
  changes?: FieldChange[];
}
export interface Timeline { items: TimelineItem[]; next: string | null }
export interface HistoryItem { version: number; at: string; user: Ref | null; source?: string; changes: FieldChange[] }
export interface History { items: HistoryItem[]; next: string | null }

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
export const restoreRecord = (object: string, id: number): Promise<Json> =>
  request("POST", `/trash/${object}/${id}/restore`, { body: {}, idempotencyKey: randomKey() });
export function uploadFile(file: File): Promise<FileRef> {
  const form = new FormData();
  form.append("file", file, file.name);
  return request("POST", "/files", { form, idempotencyKey: randomKey() });
}
