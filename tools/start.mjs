/**
 * `npm start [-- --port N] [--hub ADDRESS]`: builds the page if needed and serves it on this
 * machine. `--hub` (more than once, if need be) lets the page ask another Hub too. `npm run dev` is
 * for working on the page.
 */

import { parseArgs } from "node:util";
import { preview } from "vite";
import { ensureBuild, projectRoot } from "./build.mjs";
import { HUB_SERVERS, readHubs, securityHeaders } from "./security/headers.mjs";
import { servedPolicy } from "./security/plugin.mjs";

const { port, hub = [] } = parseArgs({
  options: { port: { type: "string" }, hub: { type: "string", multiple: true } },
}).values;
const hubs = [...HUB_SERVERS, ...readHubs(hub.join(" "))];

await ensureBuild();
const server = await preview({
  root: projectRoot,
  logLevel: "warn",
  // The next free port will do, unless one is asked for.
  preview: {
    host: "localhost",
    port: Number(port ?? 4173),
    strictPort: port !== undefined,
    headers: securityHeaders(hubs),
  },
  plugins: [servedPolicy(hubs)],
});
console.log(`The studio is at ${server.resolvedUrls?.local[0]} (Ctrl-C ends it).`);
