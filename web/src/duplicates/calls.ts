// Calls about records that could be the same: whom values could be, what refers to a record, merging.
import { request } from "@/lib/http";
import type { Json, ObjectDef, RecordData, Ref, Values } from "@/meta/types";

export interface Because { key: string; field: string; exact: boolean }
/** Not visible: without an id, the name masked, whose it is only where the object tells that. */
export interface Hit { id?: number; name: string | null; score: number; exact: boolean; because: Because[]; visible: boolean; owner: Ref | null; department: Ref | null }
export interface Hits { items: Hit[]; complete: boolean }
export interface References { items: { object: string; count: number }[] }
export interface Merged { job?: number; record?: RecordData; id?: number }

export const findDuplicates = (object: string, body: { values?: Values; id?: number }, signal?: AbortSignal): Promise<Hits> =>
  request("POST", `/records/${object}/duplicates`, { body, signal });
export const references = (object: string, id: number, signal?: AbortSignal): Promise<References> => request("GET", `/records/${object}/${id}/references`, { signal });
export const merge = (object: string, id: number, body: { with: number[]; values: Values; version?: number }): Promise<Merged> =>
  request("POST", `/records/${object}/${id}/merge`, { body: body as unknown as Json });

/** Whether anybody is told of duplicates of such records. */
export const isCompared = (object: ObjectDef): boolean => (object.duplicates?.length ?? 0) > 0 && object.on_duplicate !== "off";
/** The fields that rules look at, in the order of the definition. */
export function comparedFields(object: ObjectDef): string[] {
  const names = new Set((object.duplicates ?? []).flatMap((rule) => rule.fields));
  return object.fields.map((item) => item.name).filter((name) => names.has(name));
}
/** Whom to talk to, as far as it is told. */
export const whose = (hit: Hit): string => [hit.owner?.name, hit.department?.name].filter(Boolean).join(" · ");
