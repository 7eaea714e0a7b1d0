/**
 * The folder that results go into: what in it a comparison may replace, and how a file or folder is
 * written beside and takes its place only once it is whole. Not for what they hold: `results.ts`.
 */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { RUN } from "../../src/adapters/folder";
import { ADAPTER_FILES } from "../../src/adapters/read";
import { MERGED_FILES } from "../../src/folders/merged-model";
import { isLogFile } from "../../src/logs/log-files";
import { GENERATOR } from "../../src/report/html";
import { diskError, diskReason } from "./disk-error";
import { ConfigurationError } from "./files";
import { ALWAYS, BESIDE_RUNS, CHECKPOINT, LOGS, MERGED, PREDICTIONS, REPORT_PAGE, SUM, SUMMARY } from "./names";

/** Within the checkpoint's folder: what is not whole yet. Nothing in it is anybody else's. */
const UNFINISHED = "unfinished";

/** In there while a runner writes: the number of its process. */
const WRITER = "process.json";

/** What else lies in there, beside states of runs that are coming in. */
const UNFINISHED_NAMES = [WRITER, "file", "folder", "old folder", "folder.zip"];

/** Within the checkpoint's folder: what it is of. */
export const RECORD = "checkpoint.json";

/** What the checkpoint's folder has for a run. */
export const STATE_ENDING = ".safetensors";

/** The folder that a run started from, in the checkpoint's folder. */
export const START_ENDING = ".start";

export class OutFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /**
   * Checks that results can be written here and replace nothing but results; writes nothing.
   * @param runs Names of the folders that runs will have.
   * @param asked Names of files and folders beside them that were asked for.
   * @param inputs What is still read while results are written, by its name for a person.
   * @throws {ConfigurationError} Names what is in the way.
   */
  check(runs: readonly string[], asked: readonly string[], inputs: ReadonlyMap<string, string> = new Map()): void {
    checkWritable(this.path);
    this.#checkUnused();
    for (const [what, input] of inputs) {
      const target = [...runs, ...asked].map((name) => join(this.path, name)).find((place) => lies(input, place));
      if (target === undefined) continue;
      throw new ConfigurationError(
        `--out: ${target} would be replaced, and ${what} is read from there (${input}). Choose another --out.`,
      );
    }
    if (!existsSync(this.path)) return;
    const own = ownFiles(this.path);
    for (const name of asked) {
      const place = join(this.path, name);
      const problem =
        name === SUM ? foreignFolder(place) : name === LOGS ? foreignLogs(place) : foreignFile(place, own);
      if (problem !== null) throw inTheWay(place, problem, "");
    }
    for (const run of runs) {
      const problem = foreignFolder(join(this.path, run));
      if (problem !== null) throw inTheWay(join(this.path, run), problem, "rename the run, ");
    }
    const problem = foreignCheckpoint(join(this.path, CHECKPOINT));
    if (problem !== null) throw inTheWay(join(this.path, CHECKPOINT), problem, "");
  }

  /**
   * Makes the folder, and one in it for what is not whole yet, emptied; other runners are kept out
   * until it is removed. Throws as `check` where one has come before.
   */
  begin(): void {
    const unfinished = this.#unfinished("");
    this.#checkUnused();
    try {
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished, { recursive: true });
      writeWhole(this.#unfinished(WRITER), `${JSON.stringify({ process: process.pid })}\n`);
    } catch (error) {
      throw diskError(error, this.path);
    }
  }

  /** Where something can be put that is not whole yet. */
  unfinished(name: string): string {
    return this.#unfinished(name);
  }

  /**
   * Writes a file of this folder; until it is whole, what was there stays.
   * @throws {Error} Naming the file, and what the disk said.
   */
  write(name: string, content: string | Uint8Array): void {
    const place = join(this.path, name);
    const made = this.#unfinished("file");
    try {
      writeWhole(made, content);
      mkdirSync(dirname(place), { recursive: true });
      renameSync(made, place);
    } catch (error) {
      rmSync(made, { force: true });
      throw diskError(error, place);
    }
  }

  /**
   * A file of this folder that lines are added to; an earlier one is replaced by what it begins
   * with. Throws as `write`.
   */
  log(name: string, begin: string): Log {
    this.write(name, begin);
    return new Log(join(this.path, name));
  }

  /**
   * Writes a folder of this folder; until it is whole, what was there stays. Where something is
   * there by now that is not ours, the new folder gets another name.
   * @param fill Writes its files into the folder that it is given.
   * @returns Its name.
   * @throws {Error} As `fill`, or naming the folder, and what the disk said.
   */
  replace(name: string, fill: (folder: string) => void): string {
    const made = this.#unfinished("folder");
    const old = this.#unfinished("old folder");
    let target = name;
    try {
      rmSync(made, { recursive: true, force: true });
      mkdirSync(made, { recursive: true });
      fill(made);
      for (let count = 1; this.#isForeign(target); count++) target = `${name} (new${count > 1 ? ` ${count}` : ""})`;
      const place = join(this.path, target);
      if (existsSync(place)) renameSync(place, old);
      try {
        renameSync(made, place);
      } catch (error) {
        if (existsSync(old)) renameSync(old, place);
        throw error;
      }
      rmSync(old, { recursive: true, force: true });
    } catch (error) {
      rmSync(made, { recursive: true, force: true });
      throw diskError(error, join(this.path, name));
    }
    return target;
  }

  /** Removes what is not whole. */
  clean(): void {
    rmSync(this.#unfinished(""), { recursive: true, force: true });
  }

  /** Removes what is not whole, and of the checkpoint's folder these files, which are ours. */
  removeCheckpoint(files: readonly string[]): void {
    const folder = join(this.path, CHECKPOINT);
    this.clean();
    for (const name of files) rmSync(join(folder, name), { force: true });
    // Folders that hold nothing any more; what somebody else has put there stays, and its folder.
    for (const name of existsSync(folder) ? [...readdirSync(folder), ""] : []) {
      const place = join(folder, name);
      if (statSync(place).isDirectory() && readdirSync(place).length === 0) rmdirSync(place);
    }
  }

  /** @throws {ConfigurationError} Where another runner writes into this folder. */
  #checkUnused(): void {
    const place = this.#unfinished(WRITER);
    const writer = readObject(place)?.process;
    if (typeof writer !== "number" || writer === process.pid || !isAlive(writer)) return;
    throw new ConfigurationError(
      `--out: a comparison is writing into ${this.path} (process ${writer}). Wait until it has ended, or choose another ` +
        `--out. If no studio runs, remove ${place}.`,
    );
  }

  #unfinished(name: string): string {
    return join(this.path, CHECKPOINT, UNFINISHED, name);
  }

  #isForeign(name: string): boolean {
    const place = join(this.path, name);
    return (name === LOGS ? foreignLogs(place) : foreignFolder(place)) !== null;
  }
}

/** A file that lines are added to. What the disk does not take is kept and written once it does. */
export class Log {
  readonly #path: string;
  readonly #file: number;
  #unwritten = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "a");
  }

  /** @returns What keeps it from being written; null where it is. */
  append(text: string): string | null {
    this.#unwritten = Buffer.concat([this.#unwritten, Buffer.from(text)]);
    try {
      // The disk may take a part alone.
      while (this.#unwritten.length > 0) {
        this.#unwritten = this.#unwritten.subarray(writeSync(this.#file, this.#unwritten));
      }
      return null;
    } catch (error) {
      return diskError(error, this.#path).message;
    }
  }

  /** Throws an Error naming the file where the disk has not taken all. */
  close(): void {
    const refused = this.append("");
    closeSync(this.#file);
    if (refused !== null) throw new Error(refused);
  }
}

/** Writes a new file and waits until the disk has it. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const file = openSync(path, "w");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @throws {ConfigurationError} Where no folder can be made, or nothing written in it. */
function checkWritable(path: string): void {
  let place = path;
  while (!existsLink(place) && dirname(place) !== place) place = dirname(place);
  // A link's target is what counts.
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    const what = place === path ? "it" : place;
    throw new ConfigurationError(`--out: ${path} cannot be the results' folder: ${what} is a file, not a folder.`);
  }
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = diskReason(error) ?? (error as Error).message;
    throw new ConfigurationError(`--out: results cannot be written into ${path}: ${reason}.`);
  }
}

const inTheWay = (place: string, problem: string, instead: string) =>
  new ConfigurationError(
    `--out: ${place} is there already, and ${problem}: it is not replaced. Move it away, ${instead}or choose another --out.`,
  );

/** Whether a path is another's, or below it; links are followed where they lead somewhere. */
export function lies(path: string, folder: string): boolean {
  const real = (one: string) => (existsSync(one) ? realpathSync(one) : resolve(one));
  const way = relative(real(folder), real(path));
  return way.split(sep)[0] !== ".." && !isAbsolute(way);
}

/** Whether there is anything at all, a link that leads nowhere included. */
function existsLink(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is a process of this number, whoever's. */
function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What a JSON file holds; null where there is none, or no object in it. */
export function readObject(path: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Files in a results' folder that its comparison wrote; none without a summary of ours. */
function ownFiles(folder: string): ReadonlySet<string> {
  const summary = readObject(join(folder, SUMMARY));
  const versions = summary?.versions as { studio?: unknown } | undefined;
  if (summary === null || versions?.studio === undefined || !Array.isArray(summary.runs)) return new Set();
  // Earlier versions did not list them, and had no report as a page.
  const others = Array.isArray(summary.files) ? [...summary.files, ...ALWAYS] : BESIDE_RUNS;
  const listed = Array.isArray(summary.files) && summary.files.includes(REPORT_PAGE);
  return new Set(others.filter((name) => listed || name !== REPORT_PAGE));
}

/** Why a file may not be replaced; null where there is none, or it is ours. */
function foreignFile(place: string, own: ReadonlySet<string>): string | null {
  const entry = lstatSync(place, { throwIfNoEntry: false });
  if (!entry) return null;
  if (!entry.isFile()) return "is no file";
  if (own.has(basename(place)) || (basename(place) === REPORT_PAGE && isOurReport(place))) return null;
  return "no comparison of the studio in this folder wrote it";
}

/** Of a folder that did not list it: `report` made it later. */
const isOurReport = (place: string) => readFileSync(place, "utf8").includes(GENERATOR);

/**
 * Why the folder of log files may not be replaced; null where there is none, or all in it is ours.
 */
function foreignLogs(place: string): string | null {
  const entry = lstatSync(place, { throwIfNoEntry: false });
  if (!entry) return null;
  if (!entry.isDirectory()) return "is no folder";
  for (const name of readdirSync(place)) {
    const folder = join(place, name);
    if (!lstatSync(folder).isDirectory()) return `${join(LOGS, name)} in it was not written by the studio`;
    const stray = readdirSync(folder).find((file) => !isLogFile(file));
    if (stray !== undefined) return `${join(LOGS, name, stray)} in it was not written by the studio`;
  }
  return null;
}

/** Why a folder may not be replaced; null where there is none, or all in it is ours. */
function foreignFolder(place: string): string | null {
  const entry = lstatSync(place, { throwIfNoEntry: false });
  if (!entry) return null;
  if (!entry.isDirectory()) return "is no folder";
  const record = readObject(join(place, RUN));
  if (record === null || !("versions" in record)) return `has no ${RUN} of the studio in it`;
  const allowed = [...ADAPTER_FILES, PREDICTIONS, MERGED];
  return strayIn(place, allowed) ?? strayIn(join(place, MERGED), MERGED_FILES);
}

function foreignCheckpoint(place: string): string | null {
  const entry = lstatSync(place, { throwIfNoEntry: false });
  if (!entry) return null;
  if (!entry.isDirectory()) return "is no folder";
  const names = readdirSync(place).filter((name) => name !== UNFINISHED);
  const record = readObject(join(place, RECORD));
  // Other programs call files so, too.
  const isOurs = record !== null && "version" in record && "configuration" in record && "searches" in record;
  if (names.length > 0 && !isOurs) return `has no ${RECORD} of the studio in it`;
  const unfinished = join(place, UNFINISHED);
  const states = existsSync(unfinished) ? readdirSync(unfinished).filter((name) => /^state \d+$/.test(name)) : [];
  return (
    strayIn(unfinished, [...UNFINISHED_NAMES, ...states]) ??
    strayIn(place, [
      UNFINISHED,
      RECORD,
      ...names.filter((name) => name.endsWith(STATE_ENDING) || name.endsWith(START_ENDING)),
    ])
  );
}

/** Names what lies in a folder beside these; null where there is nothing, or no folder. */
function strayIn(folder: string, allowed: readonly string[]): string | null {
  const entry = lstatSync(folder, { throwIfNoEntry: false });
  if (!entry) return null;
  if (!entry.isDirectory()) return `${basename(folder)} in it is no folder`;
  const stray = readdirSync(folder).find((name) => !allowed.includes(name));
  return stray === undefined ? null : `${join(basename(folder), stray)} in it was not written by the studio`;
}
