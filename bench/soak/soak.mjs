/** `npm run bench:soak`: loads the command through Vite, since Node 20 reads no TypeScript. */

import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("command.ts", import.meta.url)), {
  root: fileURLToPath(new URL("../..", import.meta.url)),
  logLevel: "error",
});
process.exitCode = await module.main(process.argv.slice(2));
