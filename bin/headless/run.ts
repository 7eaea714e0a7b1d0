/** Runs one comparison from its configuration, or from where it broke off, to its results. */

import { dirname, resolve } from "node:path";
import { formats } from "../../src/data/formats/registry";
import { usedColumns } from "../../src/data/slices";
import { approachOf } from "../../src/methods/registry";
import type { Configuration } from "../../src/plan/configuration";
import type { RateSearch } from "../../src/plan/rate-search";
import { variantsOf } from "../../src/plan/variants";
import type { DataSummary, SumRequest } from "../../src/worker/api";
import { sandboxObstacle } from "../../tools/chromium.mjs";
import type { ExecutorChoice } from "./browser";
import { readCheckpoint } from "./checkpoint";
import { readConfiguration } from "./configuration-file";
import { ConfigurationError, checkFile, checkRunNames, type NamedFiles } from "./files";
import type { Interruption } from "./interruption";
import { ALWAYS, FORGETTING, LOGS, PREDICTIONS, SAMPLES, SCORES, SUM } from "./names";
import type { Extras, RunOptions } from "./options";
import { OutFolder } from "./out-folder";
import { type Check, type Job, prepare } from "./preparation";
import { withSession } from "./session";
import { Training } from "./training";

/**
 * Runs a comparison and writes its results.
 * @param configurationPath Of its JSON file; null where it goes on.
 * @returns Whether every run finished and everything that was asked for is written.
 * @throws {ConfigurationError} Before anything is trained or written, when the configuration is
 * missing or wrong, or something else lies where results would be.
 * @throws {Interrupted} When a signal ended it; what there was by then is written.
 * @throws {Error} When there is no browser or no usable device, when data or model cannot be
 * opened, or the worker breaks before it trains.
 */
export async function runComparison(configurationPath: string | null, options: RunOptions): Promise<boolean> {
  const given = configurationPath === null ? checkpointOf(options.out) : givenBy(configurationPath);
  const { endpoint } = options;
  return withSession(endpoint, ({ server, progress, interruption }) => {
    const adapter = options.adapter === "auto" ? (given.adapter ?? "auto") : options.adapter;
    const job = { json: given.json, folder: given.folder, adapter, endpoint, server, progress };
    return compare(job, given.searches, options, interruption);
  });
}

interface Given extends Pick<Job, "json" | "folder"> {
  /** What it was computed on; default: it was not yet. */
  readonly adapter?: ExecutorChoice;
  readonly searches: readonly RateSearch[];
}

function givenBy(path: string): Given {
  return { json: readConfiguration(path), folder: dirname(resolve(path)), searches: [] };
}

function checkpointOf(out: string): Given {
  return { ...readCheckpoint(out), folder: resolve(out) };
}

async function compare(
  job: Job,
  searches: readonly RateSearch[],
  options: RunOptions,
  interruption: Interruption,
): Promise<boolean> {
  const { progress } = job;
  const obstacle = sandboxObstacle();
  if (obstacle !== null) progress.note(`Chromium runs without its sandbox: ${obstacle}.`);
  const out = new OutFolder(options.out);
  const { sum: weights, combination = "cat" } = options;
  const sum = weights && { combination, parts: Object.entries(weights).map(([run, weight]) => ({ run, weight })) };
  const check: Check = (configuration, files, preparation) => {
    checkPredicted(options);
    if (preparation) checkSliced(options, preparation.data);
    // A preset's runs are known once the data are open.
    if (configuration.preset !== undefined) return;
    checkSum(configuration, sum);
    checkPlaces(configuration, files, out, options);
  };
  const listener = new Training(job, out, options, sum, interruption);
  const prepared = await interruption.givingUp(prepare(job, listener, check));
  try {
    return await listener.compare(prepared, searches);
  } finally {
    await prepared.browser.close();
  }
}

/**
 * Checks that what is written replaces nothing but results, and nothing that is still read.
 * @throws {ConfigurationError} Names what is in the way.
 */
function checkPlaces(configuration: Configuration, files: NamedFiles, out: OutFolder, options: RunOptions): void {
  const { runs, training, data } = configuration;
  const names = runs
    .flatMap((run) => variantsOf(run, training, data, approachOf(run.method).trains))
    .map(({ name }) => name);
  checkRunNames(names);
  const asked = [
    ...ALWAYS,
    ...(formats[data.task].answer === "text" ? [SAMPLES] : []),
    ...(options.sum ? [SUM] : []),
    ...(options.predict === undefined ? [] : [SCORES, ...(options.adapterColumn === undefined ? [] : [PREDICTIONS])]),
    ...(options.forgetting ? [FORGETTING] : []),
    ...(options.logs ? [LOGS] : []),
  ];
  // What runs start from is read before anything is written.
  const { model, train, validation, test } = files;
  const read = { model, train, validation, test, "the file to predict": options.predict ?? null };
  const inputs = Object.entries(read).flatMap(([what, table]): (readonly [string, string])[] => {
    if (table === null) return [];
    if (typeof table === "string") return [[what, table]];
    return table.map(({ path, shown }) => [`${what} (${shown})`, path]);
  });
  out.check(names, asked, new Map(inputs));
}

/** @throws {ConfigurationError} Where there is no file to predict. */
function checkPredicted({ predict, adapterColumn }: Extras): void {
  if (predict === undefined) {
    if (adapterColumn !== undefined)
      throw new ConfigurationError("--adapter-column needs --predict, the file that has it.");
    return;
  }
  checkFile("--predict", predict);
}

/**
 * @throws {ConfigurationError} Where the training file has no such column, or it is read or
 * answered.
 */
function checkSliced({ slices }: Extras, { columns, settings }: Pick<DataSummary, "columns" | "settings">): void {
  if (slices === undefined) return;
  if (!columns.includes(slices)) {
    throw new ConfigurationError(
      `--slices: the training file has no column "${slices}"; it has ${columns.join(", ")}.`,
    );
  }
  const used = usedColumns(settings.columns);
  if (!used.has(slices)) return;
  const others = columns.filter((column) => !used.has(column));
  throw new ConfigurationError(
    `--slices: the runs read or answer the column "${slices}", so rows cannot be sliced by it. ` +
      (others.length > 0 ? `Others of the training file: ${others.join(", ")}.` : "The training file has no other."),
  );
}

/** @throws {ConfigurationError} For a run of the sum that there will not be. */
function checkSum({ runs, training, data }: Configuration, sum: SumRequest | undefined): void {
  const names = runs
    .flatMap((run) => variantsOf(run, training, data, approachOf(run.method).trains))
    .map(({ name }) => name);
  const unknown = sum?.parts.find(({ run }) => !names.includes(run));
  if (unknown) throw new ConfigurationError(`--sum names the run "${unknown.run}"; there are ${names.join(", ")}.`);
}
