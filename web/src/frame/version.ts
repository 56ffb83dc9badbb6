// The shell on this device: kept by a service worker (only in secure contexts), and the quiet word that a newer one is there.
import { ref } from "vue";

export const newVersion = ref(false);
let waiting: ServiceWorker | null = null;
const CHECK_EVERY_MS = 60 * 60 * 1000;

export function watchVersion(): void {
  // a file of the running version is gone from the server: a newer one runs there
  window.addEventListener("vite:preloadError", () => { if (navigator.onLine) newVersion.value = true; });
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  window.setTimeout(() => void register().catch(() => undefined), 3000);
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  const found = (worker: ServiceWorker | null): void => {
    // the first one of all has nothing to replace
    if (!worker || !navigator.serviceWorker.controller) return;
    waiting = worker;
    newVersion.value = true;
  };
  found(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => { if (worker.state === "installed") found(worker); });
  });
  const check = (): void => void registration.update().catch(() => undefined);
  window.setInterval(check, CHECK_EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && navigator.onLine) check(); });
}

export function takeNewVersion(): void {
  if (!waiting) {
    window.location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => window.location.reload(), { once: true });
  waiting.postMessage("take-over");
}
