// One tab of many holds the event stream: browsers allow six connections to a server over HTTP/1.1. Locks where there are any (secure contexts); else tabs ask each other.
const ASK_MS = 600;
const BEAT_MS = 4000;

export interface Leader { stop: () => void }

export function becomeLeader(name: string, lead: () => () => void): Leader {
  if (typeof BroadcastChannel === "undefined") return { stop: lead() };
  return navigator.locks ? byLock(name, lead) : byAsking(name, lead);
}

function byLock(name: string, lead: () => () => void): Leader {
  const waiting = new AbortController();
  let release: () => void = () => undefined;
  let stopped = false;
  navigator.locks.request(name, { signal: waiting.signal }, () => {
    if (stopped) return undefined;
    const end = lead();
    return new Promise<void>((resolve) => {
      release = () => {
        end();
        resolve();
      };
    });
  }).catch(() => undefined);
  return {
    stop: () => {
      stopped = true;
      waiting.abort();
      release();
    },
  };
}

/** Timers of hidden tabs sleep, messages do not: nobody takes over from a leader that still answers. */
function byAsking(name: string, lead: () => () => void): Leader {
  const channel = new BroadcastChannel(`${name}.leader`);
  const me = Math.random();
  let end: (() => void) | null = null;
  let heard = 0;
  let asking = 0;

  function take(): void {
    if (!end) end = lead();
    channel.postMessage({ kind: "here", from: me });
  }
  function giveUp(): void {
    end?.();
    end = null;
  }
  function ask(): void {
    if (end || asking) return;
    channel.postMessage({ kind: "ask", from: me });
    const at = Date.now();
    asking = window.setTimeout(() => {
      asking = 0;
      if (heard < at) take();
    }, ASK_MS + Math.random() * ASK_MS);
  }
  channel.onmessage = ({ data }: MessageEvent<{ kind: "here" | "ask" | "bye"; from: number }>) => {
    if (data.kind === "ask" && end) channel.postMessage({ kind: "here", from: me });
    else if (data.kind === "bye") ask();
    else if (data.kind === "here") {
      heard = Date.now();
      if (end && data.from < me) giveUp();
      else if (end) channel.postMessage({ kind: "here", from: me });
    }
  };
  const beat = window.setInterval(() => {
    if (end) channel.postMessage({ kind: "here", from: me });
    else if (Date.now() - heard > BEAT_MS * 2) ask();
  }, BEAT_MS);
  const leave = (): void => {
    if (end) channel.postMessage({ kind: "bye", from: me });
    giveUp();
  };
  const back = (event: PageTransitionEvent): void => { if (event.persisted) ask(); };
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", back);
  ask();
  return {
    stop: () => {
      window.clearInterval(beat);
      window.clearTimeout(asking);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      leave();
      channel.close();
    },
  };
}
