/** Runs one configuration from its file to its results. */

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { dependencies, version } from "../../package.json";
import type { Combination } from "../../src/adapters/sum-lora";
import { formats } from "../../src/data/formats/registry";
import { usedColumns } from "../../src/data/slices";
import type { StoredType } from "../../src/hub/stream-safetensors";
import type { Configuration } from "../../src/plan/configuration";
import { variantsOf } from "../../src/plan/variants";
import { withProgress } from "../../src/plan/waiting";
import type { DataSummary, StudioEvent, SumRequest } from "../../src/worker/api";
import { ensureBuild, projectRoot } from "../../tools/build.mjs";
import { type ExecutorChoice, openStudioBrowser, type StudioBrowser } from "./browser";
import { type Extras, writeExtras } from "./extras";
import { ConfigurationError, checkRunNames, type NamedFiles, namedFiles } from "./files";
import { bringHubModel, cacheFolder } from "./hub-models";
import { hubToken } from "./hub-token";
import { type Progress, standardProgress } from "./progress";
import { Results } from "./results";
import { type SharedFiles, type StudioServer, serveStudio } from "./server";
import { StudioPage } from "./studio-page";
import { verdictLines } from "./verdict-lines";

export interface RunOptions extends Extras {
  /** Folder for the results. */
  out: string;
  adapter: ExecutorChoice;
  /** The Hub's address, without a slash at its end. */
  endpoint: string;
  /** Type of the numbers in merged models; none are written without it. */
  merged?: StoredType;
  /** Weights of runs to sum, by name, and how; default: exact. */
  sum?: Record<string, number>;
  combination?: Combination;
}

/**
 * Runs the comparison a file describes and writes its results.
 * @returns Whether every run finished and its adapter is written.
 * @throws {ConfigurationError} Before anything is trained, when the file is missing or wrong.
 * @throws {Error} When there is no browser or no usable device, when data or model cannot be
 * opened, or the worker breaks.
 */
export async function runComparison(
  configurationPath: string,
  { out, adapter, endpoint, merged, sum, combination = "cat", ...extras }: RunOptions,
): Promise<boolean> {
  const json = readConfiguration(configurationPath);
  await ensureBuild();
  const server = await serveStudio(projectRoot, endpoint);
  try {
    const { browser, choice } = await openStudioBrowser(adapter);
    const progress = standardProgress();
    try {
      const folder = dirname(resolve(configurationPath));
      const summed = sum && { combination, parts: Object.entries(sum).map(([run, weight]) => ({ run, weight })) };
      return await runInBrowser({
        json,
        folder,
        out,
        browser,
        choice,
        server,
        progress,
        endpoint,
        merged,
        sum: summed,
        extras,
      });
    } finally {
      progress.close();
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

function readConfiguration(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${path} could not be read: ${(error as Error).message}.`);
  }
}

interface Job extends StudioBrowser {
  json: string;
  /** Of the JSON file. */
  folder: string;
  out: string;
  merged: StoredType | undefined;
  sum: SumRequest | undefined;
  extras: Extras;
  server: StudioServer;
  progress: Progress;
  endpoint: string;
}

async function runInBrowser({
  json,
  folder,
  out,
  browser,
  choice,
  server,
  progress,
  endpoint,
  merged,
  sum,
  extras,
}: Job): Promise<boolean> {
  let receive = (event: StudioEvent) => progress.handle(event);
  const url = new URL("runner.html", server.url);
  const page = await StudioPage.open(
    browser,
    url,
    (event) => receive(event),
    (message) => progress.note(`The page reports: ${message}`),
  );

  const parsed = await page.call("parseConfiguration", json);
  if ("problem" in parsed) throw new ConfigurationError(parsed.problem);
  const { configuration } = parsed;
  checkRunNames(configuration.runs.map(({ name }) => name));
  // A preset's runs are known once the data are open.
  if (configuration.preset === undefined) checkSum(configuration, sum);
  checkPredicted(extras);
  const files = namedFiles(configuration, folder);
  const { status, message, capacity } = await page.call("openDevice", choice);
  if (status !== "ready" && status !== "software") throw new Error(message);
  if (configuration.model.startsWith("hf:")) {
    const access = { address: endpoint, token: hubToken(), cache: cacheFolder(), capacity };
    files.model = await withProgress(progress.handle.bind(progress), (report) =>
      bringHubModel(configuration.model, access, ({ file, done, total, checking }) => {
        const wait = checking ? "checking model" : "downloading model";
        report({ wait, detail: file, done, total, unit: "bytes" });
      }),
    );
  }
  const served = serveNamed(configuration, files, server.shared, url);

  const preparation = await page.call("prepare", served.configuration, served.data);
  const problems = preparation.estimate.runs.filter(({ problem }) => problem !== null);
  if (problems.length > 0) {
    throw new ConfigurationError(problems.map(({ run, problem }) => `runs "${run}": ${problem}`).join("\n"));
  }
  checkSliced(extras, preparation.data);
  const compared = withRuns(configuration, preparation.runs);
  if (configuration.preset !== undefined) checkSum(compared, sum);
  // Only once a model is open is it known what computes it, and with how many threads.
  const device = await page.call("readDevice");
  for (const line of [`Device: ${device.name}`, device.reason, device.message]) if (line) progress.note(line);
  for (const notice of preparation.data.notices) progress.note(notice);

  const received = mkdtempSync(join(tmpdir(), "studio-received-"));
  const results = new Results(out, compared);
  try {
    receive = (event) => {
      results.add(event);
      progress.handle(event);
    };
    await compareUntilStopped(page, withRuns(served.configuration, preparation.runs), progress);
    progress.close();
    try {
      // A new profile of the browser knows of no looks before this one.
      results.verdict = { ...(await page.call("verdict")), looks: null };
      for (const line of verdictLines(results.verdict)) progress.note(line);
    } catch (error) {
      progress.note(`There is no verdict: ${(error as Error).message}`);
    }
    // A method that trains nothing has finished without a step.
    const trained = results.runs.filter(({ steps, state }) => steps > 0 || state === "finished");
    if (formats[configuration.data.task].answer === "text") {
      try {
        results.addSamples(
          await page.call(
            "write",
            trained.map(({ run }) => run),
          ),
        );
      } catch (error) {
        progress.note(`No samples were written: ${(error as Error).message}`);
      }
    }
    for (const { run, variant } of trained) {
      try {
        const zip = join(received, "adapter.zip");
        await page.call("sendRun", run, server.shared.receive(zip));
        results.addAdapter(run, zip);
      } catch (error) {
        // The other runs' adapters are still worth having.
        progress.note(`${run}: its adapter could not be written: ${(error as Error).message}`);
      }
      if (merged === undefined) continue;
      if (!preparation.mergeable.includes(variant.run)) {
        progress.note(`${run}: its method has no merged model, since it is no change of weights.`);
        continue;
      }
      try {
        const zip = join(received, "merged.zip");
        await page.call("sendRun", run, server.shared.receive(zip), `merged-${merged}`);
        results.addMerged(run, zip);
      } catch (error) {
        progress.note(`${run}: its merged model could not be written: ${(error as Error).message}`);
        results.fail(`The merged model of "${run}" could not be written: ${(error as Error).message}`);
      }
    }
    if (sum) await writeSum(page, sum, server, results, received, progress);
    if (preparation.estimate.unequal.length > 0) {
      progress.note(["Not equal between the runs:", ...preparation.estimate.unequal].join("\n  "));
    }
    const names = trained.map(({ run }) => run);
    await writeExtras(extras, names, { page, url, server, results, progress, out });
  } finally {
    const versions = {
      studio: version,
      "onnxruntime-web": dependencies["onnxruntime-web"],
      chromium: browser.version(),
      node: process.versions.node,
    };
    results.writeSummary({ configuration: compared, device, preparation, versions });
    results.close();
    rmSync(received, { recursive: true, force: true });
  }
  progress.note(`Results are in ${resolve(out)}`);
  return results.complete;
}

/** Evaluates the sum and writes its folder. */
async function writeSum(
  page: StudioPage,
  sum: SumRequest,
  server: StudioServer,
  results: Results,
  received: string,
  progress: Progress,
): Promise<void> {
  try {
    const { run, evaluation } = await page.call("sum", sum);
    const zip = join(received, "sum.zip");
    await page.call("sendRun", run, server.shared.receive(zip));
    results.addSum(sum, evaluation, zip);
    progress.note(`${run}: validation loss ${evaluation?.loss.toFixed(4)}`);
  } catch (error) {
    progress.note(`The sum could not be made: ${(error as Error).message}`);
    results.fail(`The sum could not be made: ${(error as Error).message}`);
  }
}

/** @throws {ConfigurationError} Where there is no file to predict. */
function checkPredicted({ predict, adapterColumn }: Extras): void {
  if (predict === undefined) {
    if (adapterColumn !== undefined)
      throw new ConfigurationError("--adapter-column needs --predict, the file that has it.");
    return;
  }
  if (!statSync(predict, { throwIfNoEntry: false })?.isFile()) {
    throw new ConfigurationError(`--predict: there is no file ${resolve(predict)}.`);
  }
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
  const names = runs.flatMap((run) => variantsOf(run, training, data)).map(({ name }) => name);
  const unknown = sum?.parts.find(({ run }) => !names.includes(run));
  if (unknown) throw new ConfigurationError(`--sum names the run "${unknown.run}"; there are ${names.join(", ")}.`);
}

/** The configuration with its preset's runs in its place; as it is where it names its runs. */
function withRuns({ preset, ...configuration }: Configuration, runs: Configuration["runs"]): Configuration {
  return { ...configuration, runs: preset === undefined ? configuration.runs : runs };
}

/**
 * Runs to the end; the first Ctrl-C stops the comparison in an orderly way, a second one ends the
 * program.
 */
async function compareUntilStopped(page: StudioPage, configuration: Configuration, progress: Progress): Promise<void> {
  const stop = () => {
    progress.note("Stopping after this step; Ctrl-C again ends at once.");
    page.call("stop").catch((error: Error) => progress.note(error.message));
  };
  process.once("SIGINT", stop);
  try {
    await page.call("compare", configuration);
  } finally {
    process.removeListener("SIGINT", stop);
  }
}

/**
 * What a model's folder is called in records and cards: of the Hub its name there, however it is
 * kept here.
 */
function modelName({ model }: Configuration, folder: string): string {
  return model.startsWith("hf:") ? model : basename(folder);
}

/**
 * What the page is given: data files by address, and a configuration in which a `dir:` or `hf:`
 * model and `initFrom` folders are addresses too. Their fragments say what the folder is called:
 * the addresses are gone when the runner ends.
 */
function serveNamed(configuration: Configuration, files: NamedFiles, shared: SharedFiles, page: URL) {
  const address = (path: string) => new URL(shared.share(path), page).href;
  const named = (path: string, name: string) => `${address(path)}#${encodeURIComponent(name)}`;
  const file = (path: string, name: string) => ({ url: address(path), name });
  const { train, validation, test } = configuration.data;
  return {
    configuration: {
      ...configuration,
      model:
        files.model === null ? configuration.model : `dir:${named(files.model, modelName(configuration, files.model))}`,
      runs: configuration.runs.map((run) => {
        const folder = files.initFrom.get(run.name);
        return folder === undefined ? run : { ...run, initFrom: named(folder, basename(folder)) };
      }),
    },
    data: {
      train: file(files.train, train),
      validation: files.validation === null ? null : file(files.validation, String(validation)),
      test: files.test === null ? null : file(files.test, String(test)),
    },
  };
}
