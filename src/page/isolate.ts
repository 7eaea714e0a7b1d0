/**
 * Makes the page cross-origin isolated on a host that sends no headers for it: a service worker
 * (`tools/service-worker`) adds them, and the page is loaded once more. Without isolation
 * training has one thread.
 */

/**
 * Marks an entry of the tab's history for which isolation was tried and has not come about: the
 * page is not loaded a third time. Not in the session's storage: an isolated page has another one
 * than the same page before it was isolated.
 */
const TRIED = "isolation tried";

function isTried(): boolean {
  return history.state?.[TRIED] === true;
}

/** Beside what the entry holds already (`actions/entry.ts`). */
function mark(tried: boolean): void {
  history.replaceState({ ...history.state, [TRIED]: tried }, "");
}

/** Milliseconds that the service worker may take: one that never gets ready says nothing. */
const WAIT = 4000;

/** Of the service worker, beside the page. */
export function serviceWorkerAddress(): URL {
  return new URL("service-worker.js", new URL(import.meta.env.BASE_URL, location.href));
}

/** Resolves to whether the page is about to be loaded once more. */
export async function isolate(): Promise<boolean> {
  if (window.crossOriginIsolated) {
    // A forced reload goes past the service worker, and then isolation is tried again.
    if (isTried()) mark(false);
    return false;
  }
  if (!window.isSecureContext || !("serviceWorker" in navigator) || isTried()) return false;
  try {
    mark(true);
    await navigator.serviceWorker.register(serviceWorkerAddress());
    const late = new Promise((resolve) => setTimeout(resolve, WAIT));
    const ready = await Promise.race([navigator.serviceWorker.ready.then(() => true), late]);
    if (ready !== true) return false;
    // Before its end a forced load would only begin anew, as forced as it was.
    if (document.readyState !== "complete") {
      await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
    }
    location.reload();
    return true;
  } catch {
    // A browser that forbids service workers goes on with one thread, and the device says so.
    return false;
  }
}
