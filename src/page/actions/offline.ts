/**
 * Has the service worker (`tools/service-worker`) keep the files of the studio, so that it opens
 * without a network, and says when a newer version is ready. What the page itself keeps, models and
 * comparisons, is kept elsewhere.
 */

import { serviceWorkerAddress } from "../isolate";
import { isBusy, patch, useStudio } from "../store/store";
import { studio } from "../worker";

/**
 * `npm start` on this computer has the files at hand, and what is kept of one program would answer
 * for the next that is served from the same port.
 */
function isServedFromHere(): boolean {
  const isLoopback = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);
  return isLoopback && navigator.serviceWorker.controller === null && window.crossOriginIsolated;
}

/** Once the studio has started; a browser that keeps nothing goes on without. */
export async function keepForOffline(): Promise<void> {
  if (import.meta.env.DEV || !window.isSecureContext || !("serviceWorker" in navigator) || isServedFromHere()) return;
  try {
    await navigator.serviceWorker.register(serviceWorkerAddress());
    const registration = await navigator.serviceWorker.ready;
    watchForNewer(registration);
    // What was loaded before the service worker was there has not gone by it.
    const used = [
      ...performance.getEntriesByType("resource").map(({ name }) => name),
      ...(await studio().listLoaded()),
    ];
    const kept = await ask(registration.active, { ask: "keep", used });
    patch("offline", { kept: kept === "kept" });
  } catch {
    // Forbidden by the browser, no room, or the host changes what it sends: as it is without.
  }
}

function watchForNewer(registration: ServiceWorkerRegistration): void {
  const tell = () => patch("offline", { isNewerReady: registration.waiting !== null });
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  tell();
  // Tabs stay open for days.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => {});
  });
}

/**
 * Loads the page as its newer version; nothing while a comparison runs, or while other tabs use the
 * version before, which is said.
 */
export async function openNewer(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration?.waiting || isBusy(useStudio.getState())) return;
  const controls = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
  });
  const answer = await ask(registration.waiting, { ask: "takeOver" });
  if (answer === "others") {
    const text = "The studio is open in other tabs, which still use the version before. Close them, then try again.";
    patch("ui", { notice: { kind: "info", text } });
    return;
  }
  await controls;
  location.reload();
}

/** Rejects with what the service worker says went wrong. */
function ask(worker: ServiceWorker | null, question: { ask: string; used?: string[] }): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ("problem" in data ? reject(new Error(data.problem)) : resolve(data.answer));
    if (!worker) reject(new Error("There is no service worker."));
    worker?.postMessage(question, [port2]);
  });
}
