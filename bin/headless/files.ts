/**
 * What a configuration names outside itself: files to read and folders to write. Not for reading
 * their contents.
 */

import { accessSync, constants, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Configuration } from "../../src/plan/configuration";
import { BESIDE_RUNS } from "./names";

/**
 * The configuration or the command line is wrong: nothing was trained, and trying again unchanged
 * will not help.
 */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** @throws {ConfigurationError} Naming the option where there is no such file. */
export function checkFile(option: string, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw new ConfigurationError(`${option}: there is no file ${resolve(path)}.`);
}

/** What Windows takes for a device, whatever the ending. */
const WINDOWS_DEVICES: readonly string[] = [
  ...["con", "prn", "aux", "nul"],
  ...["com", "lpt"].flatMap((port) => Array.from("0123456789¹²³", (digit) => port + digit)),
];

/** A file brought of the Hub: where it is, and what it is called in messages. */
export interface HubFile {
  readonly path: string;
  readonly shown: string;
}

/** An absolute path; of the Hub a name, until its files are brought (`hub-data.ts`). */
export type NamedTable = string | readonly HubFile[];

export interface NamedFiles {
  train: NamedTable;
  /** Null when the validation rows are a fraction of the training file. */
  validation: NamedTable | null;
  /** Null when the test rows are drawn from the training file, or there are none. */
  test: NamedTable | null;
  /** The folder of a `dir:` model. */
  model: string | null;
  /** `initFrom` folders by run name. */
  initFrom: Map<string, string>;
}

/** Whether a data file is one of the Hub. */
export const isHubData = (path: string): boolean => path.startsWith("hf:");

function existing(kind: "file" | "folder", key: string, path: string, folder: string): string {
  const absolute = resolve(folder, path);
  let entry: Stats | undefined;
  try {
    entry = statSync(absolute, { throwIfNoEntry: false });
  } catch (error) {
    // A part of the path is a file, or a link leads back to itself.
    throw new ConfigurationError(`${key}: ${absolute} could not be read: ${(error as Error).message}.`);
  }
  if (!entry)
    throw new ConfigurationError(`${key}: there is no ${kind} ${absolute}. Paths are relative to the JSON file.`);
  if (kind === "file" ? !entry.isFile() : !entry.isDirectory()) {
    throw new ConfigurationError(`${key}: ${absolute} is not a ${kind}.`);
  }
  try {
    accessSync(absolute, constants.R_OK);
  } catch {
    throw new ConfigurationError(`${key}: ${absolute} may not be read.`);
  }
  return absolute;
}

/**
 * The files and folders a configuration names.
 * @param folder The folder of the JSON file.
 * @throws {ConfigurationError} When one is missing, names the key and the path.
 */
export function namedFiles(configuration: Configuration, folder: string): NamedFiles {
  const { data, model, runs } = configuration;
  const initFrom = new Map<string, string>();
  const table = (key: string, path: string) => (isHubData(path) ? path : existing("file", key, path, folder));
  for (const run of runs) {
    if (run.initFrom === undefined) continue;
    initFrom.set(run.name, existing("folder", `runs "${run.name}" initFrom`, run.initFrom, folder));
  }
  return {
    train: table("data.train", data.train),
    validation: typeof data.validation === "string" ? table("data.validation", data.validation) : null,
    test: typeof data.test === "string" ? table("data.test", data.test) : null,
    model: model.startsWith("dir:") ? existing("folder", "model", model.slice("dir:".length), folder) : null,
    initFrom,
  };
}

const RESERVED = new Set([...BESIDE_RUNS, ...WINDOWS_DEVICES]);

/** The longest name of a file or folder, in bytes of UTF-8, with room for what is written aside. */
const MAX_NAME_BYTES = 200;

/**
 * Why a run's name cannot be the name of its folder on every system; null where it can.
 * @param folded The name in the case and spelling by which names are compared.
 */
function nameProblem(name: string, folded: string): string | null {
  if (/[\\/]/.test(name)) return "it names a path, and the folder is to lie in the results' folder";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[:*?"<>|\u0000-\u001f\u007f]/.test(name)) return "some systems allow no folder with such characters";
  if (name.startsWith(".")) return "names that begin with a dot are of hidden folders";
  if (/^\s|[.\s]$/.test(name)) return "some systems drop spaces at the ends of a name, and a dot at its end";
  // With an ending too: NUL.txt is the device as well.
  if (RESERVED.has(folded) || RESERVED.has(folded.replace(/\s*\..*$/, ""))) return "that name is taken";
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES) return `it takes ${bytes} bytes, and at most ${MAX_NAME_BYTES} are sure to fit`;
  return null;
}

/**
 * Checks that each run's name can be the name of its folder beside the others, on every system.
 * @throws {ConfigurationError} Names the run, and what is wrong with its name.
 */
export function checkRunNames(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    // Letters that differ in case alone are one folder on some file systems.
    const folded = name.normalize("NFC").toLowerCase();
    const problem = nameProblem(name, folded);
    if (problem !== null) {
      throw new ConfigurationError(
        `runs: the name ${JSON.stringify(name)} cannot be the name of the run's folder: ${problem}. ` +
          "Use letters, digits, spaces, - and _.",
      );
    }
    const earlier = seen.get(folded);
    if (earlier !== undefined) {
      throw new ConfigurationError(`runs: the names "${earlier}" and "${name}" would share a folder. Rename one.`);
    }
    seen.set(folded, name);
  }
}
