/**
 * A service worker for hosts that send no headers of their own (static hosts): it adds to every
 * answer of this origin what the studio's own servers send. That makes the page cross-origin
 * isolated, so that training may use all processor cores, and holds workers to the page's policy,
 * which a page's `meta` does not reach. It keeps nothing and asks nobody else. Registered by
 * `src/page/isolate.ts`; a build writes the headers in (`plugin.mjs`).
 */

/** By name. */
const HEADERS = __HEADERS__;
/** Those that add to what a host sends itself. */
const ADDED = ["Content-Security-Policy", "Permissions-Policy"];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin) return;
  // A browser's own look into its cache, which may not be fetched anew.
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return;
  event.respondWith(isolated(request));
});

async function isolated(request) {
  const response = await fetch(request);
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) {
    if (ADDED.includes(name)) headers.append(name, value);
    else headers.set(name, value);
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
