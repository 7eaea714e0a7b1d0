/**
 * Builds the page when its build is missing or older than what it is made of. Not for configuring
 * the build: vite.config.ts does that.
 */

import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import lockfile from "proper-lockfile";
import { build } from "vite";

/** The project's folder. */
export const projectRoot = fileURLToPath(new URL("..", import.meta.url));

const SOURCES = [
  "src",
  "shaders",
  "public",
  "tools/security",
  "tools/service-worker",
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

/** A program that builds renews its lock every few seconds; a lock as old as this has nobody. */
const STALE_MS = 30_000;

/**
 * Builds the page into `dist/` unless a build younger than every source is there. Of several
 * programs that want one at the same moment one builds, and the others wait for it. The build is
 * the one for production, whatever runs in this process beside it: a server of Vite's for modules
 * sets NODE_ENV to `development`, by which React's build for development would be taken.
 * @param {(message: string) => void} say Told when a build begins, or is waited for.
 * @param {string} root The project's folder; default: this one.
 * @throws {Error} When the build fails.
 */
export async function ensureBuild(say = console.log, root = projectRoot) {
  const isThere = () => {
    const built = statSync(join(root, "dist", "runner.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return SOURCES.every((source) => lastChange(join(root, source)) < built);
  };
  const lock = { lockfilePath: join(root, "node_modules", ".cache", "build.lock"), stale: STALE_MS };
  // While one is written, its pages may be there before what they load.
  if (isThere() && !(await lockfile.check(root, lock))) return;
  mkdirSync(dirname(lock.lockfilePath), { recursive: true });
  const release = await acquire(root, lock, () => say("Another program is building the page; waiting for it …"));
  try {
    if (isThere()) return;
    say("Building the page …");
    await buildForProduction(root);
  } finally {
    await release();
  }
}

/**
 * @param {string} root
 * @param {{ lockfilePath: string, stale: number }} lock
 * @param {() => void} wait Told where somebody else has it.
 */
async function acquire(root, lock, wait) {
  // A lock that was lost, as on a computer that slept, costs a second build and nothing else.
  const options = { ...lock, onCompromised: () => undefined };
  try {
    return await lockfile.lock(root, options);
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code !== "ELOCKED") throw error;
    wait();
    return lockfile.lock(root, { ...options, retries: { forever: true, factor: 1, minTimeout: 500 } });
  }
}

/** @param {string} root */
async function buildForProduction(root) {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    await build({ root, logLevel: "warn" });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}
