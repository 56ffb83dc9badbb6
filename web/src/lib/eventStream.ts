// Reads the server's event stream with fetch: so it can resume from an event another tab heard, tell a dead line from a quiet one, and be heard of when it breaks.
export interface RecordEvent { object: string; id: number; change: string; version: number }
export interface StreamHandlers {
  record: (event: RecordEvent, cursor: string) => void;
  /** id of the last event before nothing more could be resumed, or what to resume from */
  place: (cursor: string) => void;
  connected: (up: boolean) => void;
  lost: () => void;
}
const SILENCE_MS = 40_000;
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];

/** The lines of one event; what is left over belongs to the next piece. */
export function takeEvents(text: string): { events: { id: string; type: string; data: string }[]; rest: string } {
  const blocks = text.split(/\r?\n\r?\n/);
  const rest = blocks.pop() ?? "";
  const events = blocks.map((block) => {
    const event = { id: "", type: "message", data: "" };
    for (const line of block.split(/\r?\n/)) {
      const [, name = "", value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === "id") event.id = value;
      else if (name === "event") event.type = value;
      else if (name === "data") event.data += event.data ? `\n${value}` : value;
    }
    return event;
  });
  return { events, rest };
}

export function openStream(cursor: () => string, handlers: StreamHandlers): () => void {
  const stop = new AbortController();
  let tries = 0;
  let hurry = false;
  let current: AbortController | null = null;
  let wake: () => void = () => undefined;

  async function listen(): Promise<void> {
    const once = new AbortController();
    current = once;
    const abort = (): void => once.abort();
    stop.signal.addEventListener("abort", abort);
    let silence = window.setTimeout(abort, SILENCE_MS);
    try {
      const from = cursor();
      const response = await fetch("/api/v1/events", { headers: { Accept: "text/event-stream", ...(from ? { "Last-Event-ID": from } : {}) }, credentials: "same-origin", cache: "no-store", signal: once.signal });
      // nobody is signed in here any more: whoever signs in again finds the stream waiting
      if (response.status === 401) {
        tries = WAITS_MS.length;
        return;
      }
      if (response.status === 400 && from) {
        handlers.lost();
        return;
      }
      if (!response.ok || !response.body) return;
      handlers.connected(true);
      tries = 0;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        window.clearTimeout(silence);
        silence = window.setTimeout(abort, SILENCE_MS);
        const taken = takeEvents(rest + value);
        rest = taken.rest;
        for (const event of taken.events) {
          if (event.type === "record" && event.data) handlers.record(JSON.parse(event.data) as RecordEvent, event.id);
          else if (event.id) handlers.place(event.id);
        }
      }
    } catch {
      return;
    } finally {
      window.clearTimeout(silence);
      stop.signal.removeEventListener("abort", abort);
      once.abort();
    }
  }
  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await listen();
      if (stop.signal.aborted) return;
      handlers.connected(false);
      const wait = hurry ? 0 : (WAITS_MS[tries++] ?? 15_000) * (0.75 + Math.random() / 2);
      hurry = false;
      await new Promise<void>((resolve) => {
        wake = resolve;
        window.setTimeout(resolve, wait);
      });
    }
  }
  // a line that outlived the break may be dead without knowing: a new one resumes where it stood
  const online = (): void => {
    tries = 0;
    hurry = true;
    current?.abort();
    wake();
  };
  window.addEventListener("online", online);
  void run();
  return () => {
    window.removeEventListener("online", online);
    stop.abort();
    wake();
  };
}
