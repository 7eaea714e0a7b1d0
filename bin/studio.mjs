#!/usr/bin/env node
/** `npm run studio`: loads the command below through Vite, since Node 20 reads no TypeScript. */

import { fileURLToPath } from "node:url";
import { createServer } from "vite";

// A server that listens to nothing, open to the end: what is loaded only when it is needed comes
// through it too.
const vite = await createServer({
  root: fileURLToPath(new URL("..", import.meta.url)),
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
// Whoever read what is said may be gone, a terminal for one; results are written all the same.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
let ending;
try {
  const { main } = await vite.ssrLoadModule("/bin/headless/command.ts");
  process.exitCode = await main(process.argv.slice(2));
  // What was given up for a signal, a download for one, is not waited for.
  if (process.exitCode > 128) ending = process.exitCode;
} finally {
  await vite.close();
}
if (ending !== undefined) process.exit(ending);
