/**
 * Puts the policy of `headers.mjs` where Vite builds and serves: into the built pages, and into
 * pages that are served for other Hubs than they were built for, at their own addresses alone.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { metaPolicy, securityHeaders } from "./headers.mjs";

const POLICY = /(<meta http-equiv="Content-Security-Policy" content=")[^"]*(")/;

/**
 * For building: each page has the policy as a `meta`, for hosts that send no headers.
 * @param {readonly string[]} hubs Whom the page may ask beside its own server.
 * @returns {import("vite").Plugin}
 */
export function builtPolicy(hubs) {
  return {
    name: "built-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: metaPolicy(hubs) },
        // What stands before it in the page would not be held to it.
        injectTo: "head-prepend",
      },
      { tag: "meta", attrs: { name: "referrer", content: "no-referrer" }, injectTo: "head-prepend" },
    ],
  };
}

/**
 * For serving: a built page with another policy in its `meta`. A browser holds a page to the
 * header's policy and the page's own. An address that is no file's is answered 404: a script or a
 * checksum that is not there must not be read out of a page.
 * @param {readonly string[]} hubs As for `builtPolicy`.
 * @returns {import("vite").Plugin}
 */
export function servedPolicy(hubs) {
  return {
    name: "served-policy",
    // Vite's own answer to every other address would be the page.
    config: () => ({ appType: "custom" }),
    configurePreviewServer({ config, middlewares }) {
      middlewares.use((request, response, next) => {
        const name = /^\/(index\.html|runner\.html)?(?:\?.*)?$/.exec(request.url ?? "");
        if (name === null) return next();
        const page = readFileSync(join(config.root, config.build.outDir, name[1] ?? "index.html"), "utf8");
        for (const [header, value] of Object.entries(securityHeaders(hubs))) response.setHeader(header, value);
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.setHeader("Cache-Control", "no-cache");
        response.end(page.replace(POLICY, (_, before, after) => before + metaPolicy(hubs) + after));
      });
    },
  };
}
