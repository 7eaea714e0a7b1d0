/**
 * Folders of the cache that tests with real models keep outside the project. A folder is made
 * beside its place and renamed, with a note in it of what it was made from: what is there is
 * complete, and what was made from something else is made anew. Not for what is in them.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

/** `STUDIO_REAL_CACHE`, or a folder in the user's cache folder. */
export const cache =
  process.env.STUDIO_REAL_CACHE ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sk-tuning-studio-real");

/** Says of a folder what it was made from. */
const NOTE = ".made-from";

/**
 * A hash of texts, and of files and folders that begin with `file:`; file names count, places do
 * not.
 * @param {...string} parts
 */
export function keyOf(...parts) {
  const hash = createHash("sha256");
  const add = (/** @type {string} */ path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) if (name !== "__pycache__") add(join(path, name));
    } else hash.update(`${basename(path)}\0`).update(readFileSync(path));
  };
  for (const part of parts) {
    if (part.startsWith("file:")) add(part.slice("file:".length));
    else hash.update(`${part}\0`);
  }
  return hash.digest("hex");
}

/**
 * A folder of the cache, made unless it is there from the same key.
 * @param {string} name Below the cache.
 * @param {string} key
 * @param {(partial: string) => void | Promise<void>} build Fills the folder; when it throws,
 * nothing is kept.
 * @returns {Promise<string>} Its path.
 */
export async function made(name, key, build) {
  const path = join(cache, name);
  if (noteOf(path) === key) return path;
  const beside = (/** @type {string} */ what) => join(dirname(path), `.${basename(path)}-${what}-${process.pid}`);
  const [partial, old] = [beside("partial"), beside("old")];
  removeAbandoned(path);
  mkdirSync(partial, { recursive: true });
  try {
    await build(partial);
    writeFileSync(join(partial, NOTE), key);
    if (existsSync(path)) renameSync(path, old);
    renameSync(partial, path);
  } catch (error) {
    // Another run may have made the same meanwhile.
    if (noteOf(path) !== key) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
  return path;
}

/**
 * What runs that were ended left beside a folder.
 * @param {string} path
 */
function removeAbandoned(path) {
  if (!existsSync(dirname(path))) return;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`.${basename(path)}-`)) continue;
    try {
      process.kill(Number(name.split("-").at(-1)), 0);
    } catch {
      rmSync(join(dirname(path), name), { recursive: true, force: true });
    }
  }
}

/** @param {string} path */
function noteOf(path) {
  const note = join(path, NOTE);
  return existsSync(note) ? readFileSync(note, "utf8") : null;
}
