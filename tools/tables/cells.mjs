/**
 * Cells of the measured tables: each a comparison that a configuration below `bench/tables`
 * describes, with what came out of it in the file of the same name below `bench/results`. Not for
 * what the tables look like: `measured.ts`.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { projectRoot } from "../build.mjs";

const CONFIGURATIONS = join(projectRoot, "bench", "tables");
const RESULTS = join(projectRoot, "bench", "results");

/** What configurations name with paths, and is no part of the project. */
const INPUTS = ["bench/data", "bench/models"];

const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(path, "utf8"));

/**
 * Names of all cells, such as `comparisons/minilm-trec`, sorted.
 * @returns {string[]}
 */
export const cellNames = () => namesBelow(CONFIGURATIONS);

/** Names of the results that are kept. */
export const keptNames = () => (existsSync(RESULTS) ? namesBelow(RESULTS) : []);

/** @param {string} folder */
function namesBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.replaceAll("\\", "/").replace(/\.json$/, ""))
    .sort();
}

/** @param {string} name */
export const configurationOf = (name) => readJson(join(CONFIGURATIONS, `${name}.json`));

/**
 * What a cell came to; null where it has not been run, or its configuration is another by now.
 * @param {string} name
 * @returns {import("./measured").CellResult | null}
 */
export function resultOf(name) {
  const path = join(RESULTS, `${name}.json`);
  if (!existsSync(path)) return null;
  const result = readJson(path);
  return isDeepStrictEqual(result.configuration, configurationOf(name)) ? result : null;
}

/**
 * What all cells came to, as far as they have been run.
 * @returns {Map<string, import("./measured").CellResult>}
 */
export function allResults() {
  return new Map(
    cellNames().flatMap((name) => {
      const result = resultOf(name);
      return result ? [[name, result]] : [];
    }),
  );
}

/**
 * Runs a cell with the headless runner on the processor and keeps what it came to.
 * @param {string} name
 * @throws {Error} When the runner fails; nothing is kept then.
 */
export function runCell(name) {
  for (const input of INPUTS) {
    if (!existsSync(join(projectRoot, input))) {
      throw new Error(
        `There is no ${input}, which the tables' configurations read. bench/README.md says what is in it.`,
      );
    }
  }
  const folder = mkdtempSync(join(tmpdir(), "studio-cell-"));
  try {
    const configuration = join(CONFIGURATIONS, `${name}.json`);
    const studio = join(projectRoot, "bin", "studio.mjs");
    const { status } = spawnSync(
      process.execPath,
      [studio, "run", configuration, "--out", folder, "--adapter", "processor"],
      { stdio: "inherit" },
    );
    if (status !== 0) throw new Error(`${posix.join("bench/tables", name)}.json: the runner ended with ${status}.`);
    keepResult(name, join(folder, "summary.json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Keeps what the tables need of a summary, beside the configuration that it is of.
 * @param {string} name
 * @param {string} summaryPath
 * @throws {Error} When the comparison has not come to its end.
 */
export function keepResult(name, summaryPath) {
  const summary = readJson(summaryPath);
  if (!summary.complete) throw new Error(`${name} has not come to its end, so nothing of it is kept.`);
  const { started, seconds, device, versions, data, runs, verdict, searches, unequal } = summary;
  const result = {
    configuration: configurationOf(name),
    started,
    seconds,
    device,
    versions,
    data: { trainRows: data.trainRows, validationRows: data.validationRows, testRows: data.testRows },
    runs: runs.map((/** @type {any} */ run) => ({
      group: run.variant.group,
      method: run.method,
      seed: run.variant.seed,
      parameters: run.trainable?.total ?? null,
      steps: run.steps,
      tokens: run.tokens,
      seconds: run.seconds,
      flops: run.flops.total,
      validation: run.validation?.last ?? null,
      test: run.test,
    })),
    // A search is about rates: what it trains in the end is judged by few rows.
    verdict: searches.length > 0 ? null : verdict,
    searches,
    unequal,
  };
  const path = join(RESULTS, `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`);
}
