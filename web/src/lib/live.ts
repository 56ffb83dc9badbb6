// Live updates: each event makes the queries about that record stale. Bursts are gathered, so that an import does not refetch a list per row.
import { reactive } from "vue";
import { openStream, type RecordEvent } from "./eventStream";
import { becomeLeader, type Leader } from "./leader";
import { invalidateRecords, queryClient } from "./queries";

type Message = { kind: "record"; event: RecordEvent; cursor: string } | { kind: "place"; cursor: string } | { kind: "state"; up: boolean } | { kind: "all" } | { kind: "hello" };
const DOWN_AFTER_MS = 3000;
const GATHER_MS = 300;
const GATHER_MANY_MS = 2000;
const MANY = 40;

/** down: the server has not been reached for three seconds. leading: this tab holds the stream for all tabs of this person. */
export const liveState = reactive({ down: false, leading: false });
const listeners = new Set<(event: RecordEvent) => void>();
const returns = new Set<() => void>();
let waiting = new Map<string, RecordEvent>();
let gather = 0;
let wait = GATHER_MS;
let downTimer = 0;
let cursor = "";
let up = true;
let channel: BroadcastChannel | null = null;
let leader: Leader | null = null;

/** Every change this person may see, as it comes; answers how to stop listening. */
export function onRecordEvent(listener: (event: RecordEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
/** After the server could not be reached for a while. */
export function onReconnect(listener: () => void): () => void {
  returns.add(listener);
  return () => returns.delete(listener);
}

function flush(): void {
  const events = [...waiting.values()];
  waiting = new Map();
  gather = 0;
  // while a job changes thousands, lists are asked for again every other second and not three times in one
  wait = events.length > MANY ? GATHER_MANY_MS : GATHER_MS;
  invalidateRecords(events);
}
function heard(event: RecordEvent): void {
  waiting.set(`${event.object}:${event.id}`, event);
  if (!gather) gather = window.setTimeout(flush, wait);
  for (const listener of listeners) listener(event);
}
function setUp(value: boolean): void {
  if (value === up) return;
  up = value;
  window.clearTimeout(downTimer);
  if (!value) {
    downTimer = window.setTimeout(() => { liveState.down = true; }, DOWN_AFTER_MS);
    return;
  }
  if (!liveState.down) return;
  liveState.down = false;
  void queryClient.invalidateQueries();
  for (const listener of returns) listener();
}
function receive(message: Message): void {
  if (message.kind === "record") {
    cursor = message.cursor || cursor;
    heard(message.event);
  } else if (message.kind === "place") cursor = message.cursor;
  else if (message.kind === "state") setUp(message.up);
  else if (message.kind === "all") void queryClient.invalidateQueries();
  else if (liveState.leading) channel?.postMessage({ kind: "state", up } satisfies Message);
}
/** Tells the other tabs, and this one. */
function spread(message: Message): void {
  channel?.postMessage(message);
  receive(message);
}
function lead(): () => void {
  liveState.leading = true;
  const close = openStream(() => cursor, {
    record: (event, at) => spread({ kind: "record", event, cursor: at }),
    place: (at) => spread({ kind: "place", cursor: at }),
    connected: (value) => spread({ kind: "state", up: value }),
    lost: () => {
      cursor = "";
      spread({ kind: "all" });
    },
  });
  return () => {
    liveState.leading = false;
    close();
  };
}
const offline = (): void => setUp(false);
const online = (): void => { if (!liveState.leading) channel?.postMessage({ kind: "hello" } satisfies Message); };

export function startLive(user: number): void {
  if (leader) return;
  const name = `haike.live.${user}`;
  if (typeof BroadcastChannel !== "undefined") {
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<Message>) => receive(data);
  }
  window.addEventListener("offline", offline);
  window.addEventListener("online", online);
  leader = becomeLeader(name, lead);
  channel?.postMessage({ kind: "hello" } satisfies Message);
}

export function stopLive(): void {
  leader?.stop();
  leader = null;
  channel?.close();
  channel = null;
  window.removeEventListener("offline", offline);
  window.removeEventListener("online", online);
  window.clearTimeout(downTimer);
  cursor = "";
  up = true;
  liveState.down = false;
}
