/**
 * What a comparison that breaks off goes on from: its configuration, and of each run what it had
 * come to at its last evaluation, in a folder among the results. What a run's file holds:
 * `src/folders/kept-run.ts`.
 */

import { copyFileSync, existsSync, mkdirSync, openAsBlob, readdirSync, renameSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as z from "zod";
import { ADAPTER_FILES } from "../../src/adapters/read";
import { keptStep } from "../../src/folders/kept-run";
import { blobFile } from "../../src/hub/sources";
import type { Configuration } from "../../src/plan/configuration";
import type { RateSearch } from "../../src/plan/rate-search";
import { formats, migrate, withVersion } from "../../src/versions/versions";
import { diskError } from "./disk-error";
import { ConfigurationError, isHubData, type NamedFiles, type NamedTable } from "./files";
import { CHECKPOINT, SUMMARY } from "./names";
import { lies, type OutFolder, RECORD, readObject, START_ENDING, STATE_ENDING } from "./out-folder";

const recordSchema = z.strictObject({
  /** Its paths are relative to the results' folder. */
  configuration: z.record(z.string(), z.unknown()),
  /** What was tried for each run whose rate was searched, and what it cost. */
  searches: z.array(z.custom<RateSearch>((value) => typeof value === "object" && value !== null)),
  /** What computed it, so that the same goes on with it. */
  adapter: z.enum(["processor", "hardware", "software"]),
});

/** A comparison that begins. */
export interface Begun extends Pick<z.infer<typeof recordSchema>, "adapter"> {
  /** As it was given, with its preset's runs and the rates that were found. */
  readonly configuration: Configuration;
  readonly files: NamedFiles;
  readonly searches: readonly RateSearch[];
}

/** A run's state in its file. */
export interface KeptState {
  readonly run: string;
  readonly path: string;
  readonly step: number;
}

/** What is told of a comparison that goes on. */
export interface Checkpoint extends Pick<z.infer<typeof recordSchema>, "adapter"> {
  /** A configuration file's text, with paths that are relative to the results' folder. */
  readonly json: string;
  readonly searches: readonly RateSearch[];
}

/**
 * What a comparison in a folder goes on from.
 * @throws {ConfigurationError} Where there is no comparison that broke off, or its record is
 * damaged, or of a newer studio.
 */
export function readCheckpoint(folder: string): Checkpoint {
  const path = resolve(folder, CHECKPOINT, RECORD);
  if (!existsSync(path)) throw new ConfigurationError(`--continue: ${missing(resolve(folder))}`);
  const record = readObject(path);
  let migrated: unknown;
  try {
    migrated = migrate(formats.checkpoint, record);
  } catch (error) {
    throw new ConfigurationError(`--continue: ${path}: ${(error as Error).message}`);
  }
  const read = recordSchema.safeParse(migrated);
  if (!read.success) {
    const why = record === null ? "it is no JSON object" : z.prettifyError(read.error);
    throw new ConfigurationError(`--continue: ${path} is damaged: ${why}.`);
  }
  const { configuration, ...rest } = read.data;
  return { ...rest, json: JSON.stringify(configuration) };
}

function missing(folder: string): string {
  if (!existsSync(folder)) return `there is no folder ${folder}.`;
  const complete = readObject(join(folder, SUMMARY))?.complete;
  if (complete === true) return `the comparison in ${folder} has finished; there is nothing to go on with.`;
  return `${folder} has no comparison that broke off: there is no ${CHECKPOINT}/${RECORD} in it.`;
}

/** The checkpoint in a results' folder. */
export class CheckpointFolder {
  readonly #out: OutFolder;
  readonly #folder: string;

  constructor(out: OutFolder) {
    this.#out = out;
    this.#folder = join(out.path, CHECKPOINT);
  }

  /**
   * Replaces an earlier one by that of a comparison that begins.
   * @throws {Error} Naming the file, and what the disk said.
   */
  begin({ configuration, files, searches, adapter }: Begun): void {
    try {
      for (const name of this.#own()) rmSync(join(this.#folder, name), { force: true });
      this.#keepStarts(files);
    } catch (error) {
      throw diskError(error, this.#folder);
    }
    const moved = withVersion(formats.configuration, this.#relative(configuration, files));
    const record = { configuration: moved, searches, adapter };
    const text = JSON.stringify(withVersion(formats.checkpoint, record), null, 2);
    this.#out.write(join(CHECKPOINT, RECORD), `${text}\n`);
  }

  /** Takes a run's file in: until then an earlier one stays. */
  keep(run: string, written: string): void {
    renameSync(written, join(this.#folder, run + STATE_ENDING));
  }

  /** What there is of these runs. Rejects with an Error naming a file that is damaged. */
  async states(runs: readonly string[]): Promise<KeptState[]> {
    const kept: KeptState[] = [];
    for (const run of runs) {
      const path = join(this.#folder, run + STATE_ENDING);
      if (!existsSync(path)) continue;
      kept.push({ run, path, step: await keptStep(blobFile(path, await openAsBlob(path))) });
    }
    return kept;
  }

  /**
   * Throws an Error naming the file that a run had and that is not there any more.
   * @param evaluated how often each run was evaluated, by the lines of metrics.jsonl: it is kept
   * after each evaluation, and the last may have been broken off before
   */
  checkComplete(states: readonly KeptState[], evaluated: ReadonlyMap<string, number>): void {
    for (const [run, times] of evaluated) {
      if (times < 2 || states.some((state) => state.run === run)) continue;
      throw new Error(
        `The checkpoint of run "${run}" is missing: there is no ${join(this.#folder, run + STATE_ENDING)}. Put it back, or ` +
          "begin the comparison anew in another folder.",
      );
    }
  }

  /** Removes it: all is done. */
  remove(): void {
    this.#out.removeCheckpoint(this.#own());
  }

  /** Files of ours in it, by their paths there; folders after what is in them. */
  #own(): string[] {
    const names = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    const starts = names.filter((name) => name.endsWith(START_ENDING));
    return [
      ...names.filter((name) => name === RECORD || name.endsWith(STATE_ENDING)),
      ...starts.flatMap((start) => [...ADAPTER_FILES.map((name) => join(start, name))]),
    ];
  }

  /** Copies the folders that runs start from where runs may replace them. */
  #keepStarts({ initFrom }: NamedFiles): void {
    for (const [run, folder] of initFrom) {
      if (!lies(folder, this.#out.path)) continue;
      const copy = join(this.#folder, run + START_ENDING);
      mkdirSync(copy, { recursive: true });
      for (const name of ADAPTER_FILES) {
        if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
      }
    }
  }

  /** The configuration as a file in the results' folder would have it. */
  #relative(configuration: Configuration, files: NamedFiles): Configuration {
    const from = (path: string) => relative(this.#out.path, path) || ".";
    // What is brought of the Hub keeps its name: it is brought again where it is gone.
    const table = (name: unknown, path: NamedTable) =>
      typeof path === "string" && !isHubData(path) ? from(path) : String(name);
    const { data, model, runs } = configuration;
    const { train, validation, test } = files;
    return {
      ...configuration,
      model: model.startsWith("dir:") ? `dir:${from(files.model!)}` : model,
      data: {
        ...data,
        train: table(data.train, train),
        validation: validation === null ? data.validation : table(data.validation, validation),
        test: test === null ? data.test : table(data.test, test),
      },
      runs: runs.map((run) => {
        const folder = files.initFrom.get(run.name);
        if (folder === undefined) return run;
        const copied = lies(folder, this.#out.path);
        return { ...run, initFrom: copied ? join(CHECKPOINT, run.name + START_ENDING) : from(folder) };
      }),
    };
  }
}
