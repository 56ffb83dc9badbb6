// A rule while it is being written: what the server has, what it is sent, and what changed among its members. Pure.
import { asNumber, asRef, asText, type RecordData, type Ref, type Values } from "@/meta/types";

export interface Member { id: number | null; user: Ref; weight: number; capacity: number | null; active: boolean }
export interface Draft {
  id: number | null;
  name: string;
  order: number;
  condition: string;
  method: string;
  departments: number[];
  respect_hours: boolean;
  fallback: string;
  fallback_user: Ref | null;
  fallback_pool: Ref | null;
  cadence: Ref | null;
  response_minutes: number | null;
  escalate_to: string;
  escalate_user: Ref | null;
  active: boolean;
  members: Member[];
}

export function emptyDraft(order: number): Draft {
  return { id: null, name: "", order, condition: "", method: "round_robin", departments: [], respect_hours: false, fallback: "next_rule", fallback_user: null, fallback_pool: null, cadence: null, response_minutes: 30, escalate_to: "superior", escalate_user: null, active: true, members: [] };
}
function ids(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap((item) => asRef(item as never)?.id ?? []) : [];
}
export function memberOf(record: RecordData): Member {
  return { id: record.id, user: asRef(record.user) ?? { id: 0, name: null }, weight: asNumber(record.weight) ?? 1, capacity: asNumber(record.capacity), active: record.active !== false };
}
export function draftOf(rule: RecordData, members: Member[]): Draft {
  return {
    id: rule.id, name: asText(rule.name), order: asNumber(rule.order) ?? 100, condition: asText(rule.condition), method: asText(rule.method) || "round_robin", departments: ids(rule.departments), respect_hours: rule.respect_hours === true,
    fallback: asText(rule.fallback) || "next_rule", fallback_user: asRef(rule.fallback_user), fallback_pool: asRef(rule.fallback_pool), cadence: asRef(rule.cadence), response_minutes: asNumber(rule.response_minutes), escalate_to: asText(rule.escalate_to) || "superior",
    escalate_user: asRef(rule.escalate_user), active: rule.active !== false, members: members.map((member) => ({ ...member })),
  };
}

/** What is written into the rule's own record. */
export function valuesOf(draft: Draft, object: string): Values {
  return {
    name: draft.name.trim(), object, order: draft.order, condition: draft.condition.trim() || null, method: draft.method, departments: draft.departments.length ? draft.departments : null, respect_hours: draft.respect_hours,
    fallback: draft.fallback, fallback_user: draft.fallback === "user" ? (draft.fallback_user?.id ?? null) : null, fallback_pool: draft.fallback === "pool" ? (draft.fallback_pool?.id ?? null) : null, cadence: draft.cadence?.id ?? null, response_minutes: draft.response_minutes, escalate_to: draft.escalate_to,
    escalate_user: draft.escalate_to === "user" ? (draft.escalate_user?.id ?? null) : null, active: draft.active,
  };
}
/** The same as it is tried out: with its members, as if it were in effect. */
export function trialOf(draft: Draft): Values {
  const { object: _object, cadence: _cadence, ...values } = valuesOf(draft, "");
  return { ...values, ...(draft.id === null ? {} : { id: draft.id }), active: true, departments: draft.departments, members: draft.members.map((member) => ({ user: member.user.id, weight: member.weight, capacity: member.capacity, active: member.active })) };
}

export interface MemberChanges { add: Values[]; change: { id: number; values: Values }[]; remove: number[] }
export function memberChanges(before: Member[], after: Member[]): MemberChanges {
  const values = (member: Member): Values => ({ weight: member.weight, capacity: member.capacity, active: member.active });
  const kept = new Set(after.map((member) => member.id));
  const was = new Map(before.map((member) => [member.id, JSON.stringify(values(member))]));
  return {
    add: after.filter((member) => member.id === null).map((member) => ({ user: member.user.id, ...values(member) })),
    change: after.flatMap((member) => (member.id !== null && was.get(member.id) !== JSON.stringify(values(member)) ? [{ id: member.id, values: values(member) }] : [])),
    remove: before.flatMap((member) => (member.id !== null && !kept.has(member.id) ? [member.id] : [])),
  };
}

/** Orders that put a rule in another place, only of those that have to change; gaps of ten are left between them. */
export function reordered(rules: { id: number; order: number }[], id: number, to: number): { id: number; order: number }[] {
  const moved = rules.filter((rule) => rule.id !== id);
  const rule = rules.find((item) => item.id === id);
  if (!rule) return [];
  moved.splice(Math.max(0, Math.min(to, moved.length)), 0, rule);
  let last = 0;
  return moved.flatMap((item) => {
    const order = item.order > last && item.id !== id ? item.order : last + 10;
    last = order;
    return order === item.order ? [] : [{ id: item.id, order }];
  });
}
