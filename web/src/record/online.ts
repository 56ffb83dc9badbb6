// Runs once when the server can be reached again: the browser says so, or the server answers. What was typed stays where it is meanwhile.
const FIRST = 4000;
const LONGEST = 30_000;

export function whenBack(run: () => void): () => void {
  let timer = 0;
  let over = false;
  function stop(): void {
    over = true;
    window.clearTimeout(timer);
    window.removeEventListener("online", back);
  }
  function back(): void {
    if (over) return;
    stop();
    run();
  }
  function look(pause: number): void {
    timer = window.setTimeout(async () => {
      const ready = await fetch("/healthz", { cache: "no-store" }).then((response) => response.ok, () => false);
      if (over) return;
      if (ready) back();
      else look(Math.min(pause * 2, LONGEST));
    }, pause);
  }
  window.addEventListener("online", back);
  look(FIRST);
  return stop;
}
