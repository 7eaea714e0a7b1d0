/**
 * Makes the page cross-origin isolated on a host that sends no headers for it: a service worker (`public/isolation.js`) adds
 * them, and the page is loaded once more. Without isolation training has one thread.
 */

/** Where this is set, isolation was tried and did not come about: the page is not loaded a third time. */
const TRIED = "isolation tried";

/** Milliseconds that the service worker may take: one that never gets ready says nothing. */
const WAIT = 4000;

/** Resolves to whether the page is about to be loaded once more. */
export async function isolate(): Promise<boolean> {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return false;
  try {
    // A forced reload goes past the service worker: isolation that once came about is tried again.
    if (window.crossOriginIsolated) sessionStorage.removeItem(TRIED);
    if (window.crossOriginIsolated || sessionStorage.getItem(TRIED) !== null) return false;
    sessionStorage.setItem(TRIED, "yes");
    const script = new URL("isolation.js", new URL(import.meta.env.BASE_URL, location.href));
    await navigator.serviceWorker.register(script);
    const late = new Promise((resolve) => setTimeout(resolve, WAIT));
    const ready = await Promise.race([navigator.serviceWorker.ready.then(() => true), late]);
    if (ready !== true) return false;
    location.reload();
    return true;
  } catch {
    // A browser that forbids service workers or storage goes on with one thread, and the device says so.
    return false;
  }
}
