// Calls of what protects the data: the audit log, values from the history, what can be taken back, the bin, rules of keeping, erasures.
import { randomKey, request } from "./http";
import type { FieldChange, Job } from "./api";
import type { Json, RecordData, Ref, Values } from "@/meta/types";

export interface AuditEntry {
  id: number;
  seq: number | null;
  at: string;
  kind: string;
  user: Ref | null;
  object: string | null;
  record: Ref | null;
  changes: FieldChange[] | null;
  peer: string;
  detail: { [key: string]: Json } | null;
  erased: boolean;
}
export interface AuditPage { items: AuditEntry[]; next: string | null }
export interface AuditQuery { user?: number; kind?: string; object?: string; record?: number; peer?: string; from?: string; to?: string; sha256?: string }
export interface AuditHead { head: string; seq: number; complete: boolean; at: string }
export interface Operation {
  id: number;
  kind: string;
  status: string;
  at: string;
  undo_until: string;
  user: Ref;
  object: string;
  op?: string;
  action?: string;
  count?: number;
  fields: string[];
  record: Ref | null;
  undone: boolean;
  left: boolean;
}
export interface ErasureField { field: string; label: string; filled?: boolean }
export interface Mention { object: string; label: string; id: number; name: string; fields: ErasureField[] }
export interface ErasurePreview { object: string; id: number; fields: ErasureField[]; history: number; audit: number; related: { object: string; label: string; count: number }[]; mentions: Mention[] }
export interface ErasurePlace { object: string; id: number; fields: string[] }
export interface Certificate {
  erasure: number;
  object: string;
  record: number;
  done_at: string;
  fields: string[];
  also: ErasurePlace[];
  counts: Record<string, number>;
  audit_head: string;
  remaining: { entry: number; commitment: string }[];
}
export interface Erasure { id: number; at: string; user: Ref; object: string; record: number; reason: string; status: "running" | "done" | "failed"; job: number; certificate?: Certificate | null; hash?: string }
export interface RetentionPreview { items: RecordData[]; count: number; count_exact: boolean }

const plain = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;

export const auditLog = (query: AuditQuery, after: string | null, signal?: AbortSignal): Promise<AuditPage> => request("GET", "/audit", { query: { ...query, limit: 50, after }, signal });
export const auditKinds = (): Promise<{ items: string[] }> => request("GET", "/audit/kinds");
export const auditHead = (): Promise<AuditHead> => request("GET", "/audit/head");
export const exportAudit = (query: AuditQuery): Promise<Job> => request("POST", "/audit/export", { body: plain(query), idempotencyKey: randomKey() });

export const restoreValues = (object: string, id: number, change: number, fields: string[], version?: number): Promise<RecordData> =>
  request("POST", `/records/${object}/${id}/history/${change}/restore`, { body: { fields }, version, idempotencyKey: randomKey() });
export const operations = (everyone: boolean, after: number | null): Promise<{ items: Operation[]; next: number | null }> =>
  request("GET", "/operations", { query: { everyone: everyone || undefined, after, limit: 50 } });

export const purgeRecord = (object: string, id: number): Promise<Job> => request("DELETE", `/trash/${object}/${id}`);
export const purgeRecords = (object: string, ids: number[]): Promise<Job> => request("POST", `/trash/${object}/purge`, { body: { ids }, idempotencyKey: randomKey() });

export const previewRetention = (rule: Values): Promise<RetentionPreview> => request("POST", "/retention/preview", { body: rule });
export const runRetention = (id: number): Promise<Job> => request("POST", `/retention/${id}/run`, { body: {}, idempotencyKey: randomKey() });

export const previewErasure = (object: string, id: number): Promise<ErasurePreview> => request("POST", "/erasures/preview", { body: { object, id } });
export const erase = (body: { object: string; id: number; fields: string[]; related: boolean; also: ErasurePlace[]; reason: string }): Promise<Job> =>
  request("POST", "/erasures", { body: plain(body), idempotencyKey: randomKey() });
export const erasures = (): Promise<{ items: Erasure[] }> => request("GET", "/erasures");
export const getErasure = (id: number): Promise<Erasure> => request("GET", `/erasures/${id}`);
