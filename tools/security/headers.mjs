/**
 * What the studio's pages may run and whom they may ask, said once: the Content-Security-Policy
 * and the headers beside it. `npm start`, the headless runner's server, the built pages and the
 * service worker (`tools/service-worker`) take it from here. docs/hosting.md says it for other
 * servers; `tests/unit/tools/security.test.ts` holds the two together.
 */

/** The Hub, and the servers that it sends a request for a large file on to. */
export const HUB_SERVERS = ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co"];

/**
 * Addresses as a policy names them: scheme, host (its first part may be `*`), and a port, which may
 * be `*`.
 * @param {string} list With spaces between them.
 * @returns {string[]}
 * @throws {Error} Naming one that is no such address.
 */
export function readHubs(list) {
  return list
    .split(/\s+/)
    .filter((address) => address !== "")
    .map((address) => {
      const [origin] = /^https?:\/\/(\*\.)?[\w-]+(\.[\w-]+)*(:(\d{1,5}|\*))?(?=\/*$)/i.exec(address) ?? [];
      if (origin === undefined)
        throw new Error(
          `"${address}" is not the address of a Hub. Write one like https://hub.example or http://localhost:8080.`,
        );
      return origin;
    });
}

/**
 * @param {readonly string[]} hubs Whom the page may ask beside its own server.
 * @returns {Record<string, string>} By directive.
 */
function directives(hubs) {
  return {
    "default-src": "'none'",
    // onnxruntime is WebAssembly; nothing makes scripts out of text.
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    // Elements' own styles are set through their `style` objects, which no policy minds.
    "style-src": "'self'",
    // Charts on their way to a PNG; the icons are files.
    "img-src": "'self' data:",
    "font-src": "'self'",
    // What the installed studio is called, and its icons.
    "manifest-src": "'self'",
    "connect-src": ["'self'", ...hubs].join(" "),
    "base-uri": "'none'",
    "form-action": "'none'",
  };
}

/**
 * As the `meta` of a page holds it: browsers take `frame-ancestors` from a header alone.
 * @param {readonly string[]} hubs
 * @returns {string}
 */
export function metaPolicy(hubs = HUB_SERVERS) {
  return Object.entries(directives(hubs))
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

/** Cross-origin isolation: without it a page may have no shared memory, and so only one thread. */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** What the studio never asks a browser for. */
const UNUSED_FEATURES = [
  "camera",
  "display-capture",
  "geolocation",
  "hid",
  "microphone",
  "midi",
  "payment",
  "serial",
  "usb",
];

/**
 * Every header that goes with a file of the studio.
 * @param {readonly string[]} hubs Whom the page may ask beside its own server.
 * @returns {Record<string, string>}
 */
export function securityHeaders(hubs = HUB_SERVERS) {
  return {
    "Content-Security-Policy": `${metaPolicy(hubs)}; frame-ancestors 'none'`,
    ...ISOLATION,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": UNUSED_FEATURES.map((feature) => `${feature}=()`).join(", "),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}
