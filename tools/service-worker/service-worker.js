/**
 * The studio's one service worker. It adds to every answer of this origin what the studio's own
 * servers send, so that the page is cross-origin isolated on static hosts too, training may use all
 * processor cores, and workers are held to the page's policy, which a page's `meta` does not reach.
 * And it keeps the files of its build, each held to its checksum, so that the studio opens without
 * a network. It asks nobody but its own server. Registered by `src/page/isolate.ts` and
 * `src/page/actions/offline.ts`; a build writes headers and files in (`plugin.mjs`).
 */

/** By name. */
const HEADERS = __HEADERS__;
/** Those that add to what a host sends itself. */
const ADDED = ["Content-Security-Policy", "Permissions-Policy"];

/**
 * SHA-256 of every file of this build, by its path. `all` is kept as soon as anything is; of `used`
 * only what this browser has asked for: builds of onnxruntime, larger models.
 */
const FILES = __FILES__;
const CHECKSUMS = { ...FILES.all, ...FILES.used };
const PAGE = "index.html";

const SCOPE = self.registration.scope;
/** An origin may have several studios, each at a path of its own. */
const OURS = `studio ${SCOPE} `;
/** Another build has another name. */
const CACHE = OURS + __VERSION__;

self.addEventListener("install", (event) => {
  // The first one adds headers at once and keeps files when the page asks for it; a later one takes
  // the place of the one before with all its files or not at all.
  if (self.registration.active !== null) event.waitUntil(keepAll());
});

self.addEventListener("activate", (event) => event.waitUntil(dropOldCaches().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  const { ask, used = [] } = event.data;
  const [port] = event.ports;
  const answers = {
    keep: () => keepAll(used.map(nameOf).filter((name) => name !== null && Object.hasOwn(FILES.used, name))),
    takeOver,
  };
  if (!(ask in answers)) return;
  event.waitUntil(
    answers[ask]().then(
      (answer) => port.postMessage({ answer }),
      (error) => port.postMessage({ problem: String(error) }),
    ),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openWindows().then(([first]) => first?.focus()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin) return;
  // A browser's own look into its cache, which may not be fetched anew.
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return;
  event.respondWith(answerFor(event));
});

async function answerFor(event) {
  const { request } = event;
  const name = nameOf(request.url);
  const isPart = request.headers.has("range");
  if (name === null || (request.method !== "GET" && request.method !== "HEAD"))
    return withHeaders(await fetch(request));
  const kept = isPart ? null : await keptFile(name);
  if (kept) return request.method === "GET" ? kept : new Response(null, { headers: kept.headers });
  let response;
  try {
    response = withHeaders(await fetch(request));
  } catch (error) {
    // Whoever asks for a part takes the whole file as well.
    const whole = isPart ? await keptFile(name) : null;
    if (whole) return whole;
    throw error;
  }
  // The page itself comes last, in `keepAll`: once it is kept, all that it needs is.
  if (request.method === "GET" && response.status === 200 && name !== PAGE) {
    event.waitUntil(keep(name, response.clone()).catch(() => {}));
  }
  return response;
}

/** The path of a file of this build, null for any other address. */
function nameOf(address) {
  const { origin, pathname } = new URL(address, SCOPE);
  const path = origin + pathname;
  if (!path.startsWith(SCOPE)) return null;
  const name = path.slice(SCOPE.length) || PAGE;
  return Object.hasOwn(CHECKSUMS, name) ? name : null;
}

/** Some hosts send whoever asks for the page by its name elsewhere. */
function addressOf(name) {
  return name === PAGE ? SCOPE : SCOPE + name;
}

function withHeaders(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) {
    if (ADDED.includes(name)) headers.append(name, value);
    else headers.set(name, value);
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

async function isWhole(name, bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === CHECKSUMS[name];
}

/** A kept file; null where it is not kept, or is damaged: then it is let go, and fetched anew. */
async function keptFile(name) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(addressOf(name));
  if (!kept) return null;
  const bytes = await kept.clone().arrayBuffer();
  if (await isWhole(name, bytes)) return kept;
  await cache.delete(addressOf(name));
  return null;
}

/**
 * Keeps an answer that has the headers already.
 * @throws {Error} Where it is not the file of this build, or the browser has no room.
 */
async function keep(name, response) {
  const bytes = await response.arrayBuffer();
  if (!(await isWhole(name, bytes))) throw new Error(`${name} is not the file that this version was built with`);
  // Of the bytes as they were sent, not as they are kept.
  const headers = new Headers(response.headers);
  for (const header of ["Content-Encoding", "Content-Length"]) headers.delete(header);
  const cache = await caches.open(CACHE);
  await cache.put(addressOf(name), new Response(bytes, { headers }));
}

/**
 * Keeps what is not kept yet, the page last: of `all` everything, of `used` what is named here or
 * was kept by the version before.
 * @throws {Error} Naming what could not be had; what is kept by then stays.
 */
async function keepAll(used = []) {
  const cache = await caches.open(CACHE);
  const before = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  const copy = async (name) => {
    for (const older of before) {
      const response = await (await caches.open(older)).match(addressOf(name));
      if (
        response &&
        (await keep(name, response)
          .then(() => true)
          .catch(() => false))
      )
        return true;
    }
    return false;
  };
  const bring = async (name) => {
    if ((await cache.match(addressOf(name))) || (await copy(name))) return;
    // Names in assets/ change with their content; others may be remembered from an older build.
    const response = await fetch(addressOf(name), name.startsWith("assets/") ? {} : { cache: "no-cache" });
    if (!response.ok) throw new Error(`${name} could not be had: the server answered ${response.status}`);
    await keep(name, withHeaders(response));
  };
  await Promise.all(Object.keys(FILES.used).map((name) => (used.includes(name) ? bring(name) : copy(name))));
  await Promise.all(
    Object.keys(FILES.all)
      .filter((name) => name !== PAGE)
      .map(bring),
  );
  await bring(PAGE);
  return "kept";
}

async function dropOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

async function openWindows() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return windows.filter(({ url }) => url.startsWith(SCOPE));
}

/** Takes the place of the version before, unless other tabs still use its files. */
async function takeOver() {
  if ((await openWindows()).length > 1) return "others";
  await self.skipWaiting();
  return "taken";
}
