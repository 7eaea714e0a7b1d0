/**
 * Builds the page when its build is missing or older than what it is made of. Not for configuring
 * the build: vite.config.ts does that.
 */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The project's folder. */
export const projectRoot = fileURLToPath(new URL("..", import.meta.url));

const SOURCES = [
  "src",
  "shaders",
  "public",
  "tools/security",
  "index.html",
  "runner.html",
  "vite.config.ts",
  "package-lock.json",
];

/**
 * When the youngest file at or below a path was last changed.
 * @param {string} path
 * @returns {number} Milliseconds since 1970; 0 where there is nothing.
 */
export function lastChange(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return readdirSync(path).reduce((youngest, name) => Math.max(youngest, lastChange(join(path, name))), 0);
}

/**
 * Builds the page into `dist/` unless a build younger than every source is there.
 * @param {(message: string) => void} say Told when a build begins.
 * @throws {Error} When the build fails.
 */
export async function ensureBuild(say = console.log) {
  const built = statSync(join(projectRoot, "dist", "runner.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (SOURCES.every((source) => lastChange(join(projectRoot, source)) < built)) return;
  say("Building the page …");
  await build({ root: projectRoot, logLevel: "warn" });
}
