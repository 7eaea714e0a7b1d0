/**
 * Writes the studio's service worker beside its pages when Vite builds, with the headers that it
 * adds and the checksums of the files that it may keep.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { metaPolicy, securityHeaders } from "../security/headers.mjs";

/** Nobody who opens the page needs them: the headless runner's page, notices, READMEs. */
const LEFT_OUT = /^(service-worker\.js|runner\.html|licences\.txt)$|\/README\.md$/;
/** What a browser keeps only once it has used it: tens of megabytes, of which it needs a few. */
const ON_USE = /\.wasm$|^models\/small-base\//;

/**
 * SHA-256 of the files of a build, by their paths with slashes.
 * @param {string} folder
 * @returns {{ all: Record<string, string>, used: Record<string, string> }} `used`: kept on use.
 */
export function keptFiles(folder) {
  const files = { all: {}, used: {} };
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => relative(folder, join(folder, name)).split(sep).join("/"))
    .sort();
  for (const name of names.filter((name) => !LEFT_OUT.test(name))) {
    const checksum = createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
    files[ON_USE.test(name) ? "used" : "all"][name] = checksum;
  }
  return files;
}

/**
 * @param {ReturnType<typeof keptFiles>} files
 * @param {readonly string[]} hubs Whom the page may ask beside its own server.
 * @returns {string} The script.
 */
export function serviceWorkerScript(files, hubs) {
  const template = readFileSync(fileURLToPath(new URL("service-worker.js", import.meta.url)), "utf8");
  // Who may show the page within another one is for the host to say.
  const headers = { ...securityHeaders(hubs), "Content-Security-Policy": metaPolicy(hubs) };
  const version = createHash("sha256")
    .update(template)
    .update(JSON.stringify([files, headers]))
    .digest("hex");
  return template
    .replace("__HEADERS__", () => JSON.stringify(headers, null, 2))
    .replace("__FILES__", () => JSON.stringify(files, null, 2))
    .replace("__VERSION__", () => JSON.stringify(version.slice(0, 16)));
}

/**
 * @param {readonly string[]} hubs Whom the page may ask beside its own server.
 * @returns {import("vite").Plugin}
 */
export function serviceWorker(hubs) {
  return {
    name: "service-worker",
    apply: "build",
    writeBundle: {
      order: "post",
      sequential: true,
      // Of the folder as it lies: the files of public/ are in no bundle.
      handler({ dir }) {
        writeFileSync(join(dir, "service-worker.js"), serviceWorkerScript(keptFiles(dir), hubs));
      },
    },
  };
}
