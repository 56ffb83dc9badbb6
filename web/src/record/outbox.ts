// What was written and is on its way: shown on the timeline at once, sent again when the network is back, kept over a reload until then.
import { reactive } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";
import { invalidateRecord, queryClient } from "@/lib/queries";
import type { RecordRef, Values } from "@/meta/types";
import { whenBack } from "./online";
import { toWire } from "./save";

export interface Outgoing {
  /** its idempotency key: however often it is sent, it is stored once */
  key: string;
  user: number;
  object: string;
  target: RecordRef;
  values: Values;
  item: api.TimelineItem;
  state: "sending" | "waiting" | "sent" | "refused";
  error?: string;
  id?: number;
}
export const outbox: { items: Outgoing[] } = reactive({ items: [] });
const storage = (user: number): string => `haike.outbox.${user}`;
const loaded = new Set<number>();
let stop: (() => void) | null = null;

function keep(user: number): void {
  const waiting = outbox.items.filter((item) => item.user === user && item.state !== "sent");
  if (waiting.length) localStorage.setItem(storage(user), JSON.stringify(waiting));
  else localStorage.removeItem(storage(user));
}
function drop(key: string): void {
  const at = outbox.items.findIndex((item) => item.key === key);
  const item = outbox.items[at];
  if (!item) return;
  outbox.items.splice(at, 1);
  keep(item.user);
}
/** Sends it; without a network it waits here. A refusal is thrown to the one who is writing, else told where it waits. */
export async function post(entry: Outgoing, unattended = false): Promise<void> {
  if (!outbox.items.some((item) => item.key === entry.key)) outbox.items.push(entry);
  const item = outbox.items.find((other) => other.key === entry.key);
  if (!item) return;
  item.state = "sending";
  keep(item.user);
  try {
    const saved = await api.createRecord(item.object, toWire(item.values), item.key);
    item.id = saved.id;
    item.state = "sent";
    keep(item.user);
    invalidateRecord(item.object);
    invalidateRecord(item.target.object, item.target.id);
    await queryClient.refetchQueries({ queryKey: ["timeline", item.target.object, item.target.id] });
    drop(item.key);
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) {
      item.state = "waiting";
      stop ??= whenBack(() => { stop = null; flush(); });
      return;
    }
    if (unattended) {
      item.state = "refused";
      item.error = error instanceof ApiError ? Object.values(error.byField()).join(" ") : String(error);
      keep(item.user);
      return;
    }
    drop(item.key);
    throw error;
  }
}
/** Everything that waits, in the order it was written. */
export function flush(): void {
  void (async () => {
    for (const item of outbox.items.filter((other) => other.state === "waiting")) await post(item, true);
  })();
}
export function takeBack(key: string): Outgoing | undefined {
  const item = outbox.items.find((other) => other.key === key);
  drop(key);
  return item;
}
/** What an earlier visit could not send. */
export function resume(user: number): void {
  if (loaded.has(user)) return;
  loaded.add(user);
  try {
    const kept = JSON.parse(localStorage.getItem(storage(user)) ?? "[]") as Outgoing[];
    for (const item of kept) if (item.user === user) outbox.items.push({ ...item, state: "waiting" });
  } catch {
    localStorage.removeItem(storage(user));
  }
  if (outbox.items.length) flush();
}
