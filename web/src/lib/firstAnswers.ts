// The first page that a browser loads: its own questions go first. Badges and numbers on chips are asked for when those are answered and drawn, for a line carries six requests at a time
// and a phone's processor one thing. Pages that are opened later do not wait.
import type { QueryClient } from "@tanstack/vue-query";
import { ref } from "vue";

const AT_MOST_MS = 3000;

/** What nobody needs in order to read the page may be asked for. */
export const firstAnswered = ref(false);

/** Called once a page is mounted and has asked. */
export function watchFirstAnswers(client: QueryClient): void {
  if (firstAnswered.value) return;
  const end = (): void => {
    stop();
    // a task of its own, after the frame in which the answers are drawn; a tab that nobody sees draws none and waits for the timer
    requestAnimationFrame(() => window.setTimeout(() => { firstAnswered.value = true; }));
  };
  const look = (): void => { if (client.isFetching() === 0) end(); };
  const stop = client.getQueryCache().subscribe(look);
  window.setTimeout(() => { stop(); firstAnswered.value = true; }, AT_MOST_MS);
  look();
}
