/**
 * `npm start [-- --port N]`: builds the page if needed and serves it on this machine. `npm run dev`
 * is for working on the page.
 */

import { parseArgs } from "node:util";
import { preview } from "vite";
import { ensureBuild, projectRoot } from "./build.mjs";

const { port } = parseArgs({ options: { port: { type: "string" } } }).values;

await ensureBuild();
const server = await preview({
  root: projectRoot,
  logLevel: "warn",
  // The next free port will do, unless one is asked for.
  preview: { host: "localhost", port: Number(port ?? 4173), strictPort: port !== undefined },
});
console.log(`The studio is at ${server.resolvedUrls?.local[0]} (Ctrl-C ends it).`);
