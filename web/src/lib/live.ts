// Live updates: each event makes the queries about that record stale. Bursts are gathered, so that an import does not refetch a list per row.
import { invalidateRecord } from "./queries";

interface RecordEvent { object: string; id: number; change: string; version: number }
let source: EventSource | null = null;
let waiting = new Map<string, RecordEvent>();
let timer = 0;

function flush(): void {
  const events = [...waiting.values()];
  waiting = new Map();
  timer = 0;
  for (const event of events) invalidateRecord(event.object, event.id);
}

export function startLive(): void {
  if (source) return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("record", (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as RecordEvent;
    waiting.set(`${event.object}:${event.id}`, event);
    if (!timer) timer = window.setTimeout(flush, 300);
  });
}

export function stopLive(): void {
  source?.close();
  source = null;
}
