/**
 * `node bench/peers/peers.mjs`: installs the libraries compared if need be, then loads the command
 * below through Vite.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
if (!existsSync(new URL("node_modules/.package-lock.json", import.meta.url))) {
  const windows = process.platform === "win32";
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: here,
    stdio: "inherit",
    shell: windows,
  });
  if (status !== 0) process.exit(1);
}
const { module } = await runnerImport(fileURLToPath(new URL("command.ts", import.meta.url)), {
  root: fileURLToPath(new URL("../..", import.meta.url)),
  logLevel: "error",
});
process.exitCode = await module.main(process.argv.slice(2));
