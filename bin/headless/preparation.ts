/**
 * From a configuration's text to a page of a headless browser that has device, model and data open.
 * Nothing is trained, and nothing of the results' folder written.
 */

import { basename } from "node:path";
import type { Browser } from "playwright";
import type { Configuration } from "../../src/plan/configuration";
import { withProgress } from "../../src/plan/waiting";
import type { Preparation } from "../../src/runner/runner";
import type { DeviceChoice } from "../../src/worker/api";
import { type ExecutorChoice, openStudioBrowser } from "./browser";
import { ConfigurationError, checkRunNames, isHubData, type NamedFiles, type NamedTable, namedFiles } from "./files";
import { bringHubData } from "./hub-data";
import { bringHubModel, cacheFolder } from "./hub-models";
import { hubToken } from "./hub-token";
import type { Progress } from "./progress";
import type { SharedFiles, StudioServer } from "./server";
import { type PageListener, StudioPage } from "./studio-page";

/** What is to be compared, and where. */
export interface Job {
  /** A configuration file's text. */
  readonly json: string;
  /** That its paths are relative to. */
  readonly folder: string;
  readonly adapter: ExecutorChoice;
  /** The Hub's address, without a slash at its end. */
  readonly endpoint: string;
  readonly server: StudioServer;
  readonly progress: Progress;
  /** V8's own; default: as people have it. */
  readonly jsFlags?: string | undefined;
}

/** A page that has everything open. */
export interface Prepared {
  readonly browser: Browser;
  readonly page: StudioPage;
  /** Of the page: what is shared is below it. */
  readonly url: URL;
  readonly files: NamedFiles;
  readonly preparation: Preparation;
  /** As it was given, with its preset's runs in its place. */
  readonly configuration: Configuration;
  /** The same for the page: its files and folders are addresses. */
  readonly served: Configuration;
}

/**
 * Throws a ConfigurationError for what is wrong. Asked twice: before a model is brought, without a
 * preset's runs (`preparation` is null), and with everything open.
 */
export type Check = (configuration: Configuration, files: NamedFiles, preparation: Preparation | null) => void;

/**
 * Opens a browser and prepares the comparison in it; the browser is closed where that fails.
 * @throws {ConfigurationError} When the configuration is wrong.
 * @throws {Error} When there is no browser or no usable device, or data or model cannot be opened.
 */
export async function prepare(job: Job, listener: PageListener, check: Check = () => {}): Promise<Prepared> {
  const { browser, choice } = await openStudioBrowser(job.adapter, job.jsFlags);
  try {
    return await prepareIn(browser, choice, job, listener, check);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function prepareIn(
  browser: Browser,
  choice: DeviceChoice,
  { json, folder, endpoint, server, progress }: Job,
  listener: PageListener,
  check: Check,
): Promise<Prepared> {
  const url = new URL("runner.html", server.url);
  const page = await StudioPage.open(browser, url, listener);
  const parsed = await page.call("parseConfiguration", json);
  if ("problem" in parsed) throw new ConfigurationError(parsed.problem);
  const { configuration } = parsed;
  checkRunNames(configuration.runs.map(({ name }) => name));
  const files = namedFiles(configuration, folder);
  check(configuration, files, null);
  const tables = [files.train, files.validation, files.test];
  const ofHub =
    configuration.model.startsWith("hf:") || tables.some((path) => typeof path === "string" && isHubData(path));
  const hub = { address: endpoint, token: ofHub ? hubToken() : null, cache: cacheFolder() };
  const { status, message, capacity } = await page.call("openDevice", choice);
  if (status !== "ready" && status !== "software") throw new Error(message);
  if (configuration.model.startsWith("hf:")) {
    const access = { ...hub, capacity };
    files.model = await withProgress(progress.handle.bind(progress), (report) =>
      bringHubModel(configuration.model, access, ({ file, done, total, checking }) => {
        const wait = checking ? "checking model" : "downloading model";
        report({ wait, detail: file, done, total, unit: "bytes" });
      }),
    );
  }
  await withProgress(progress.handle.bind(progress), (report) =>
    bringHubData(files, hub, ({ file, done, total }) =>
      report({ wait: "downloading data", detail: file, done, total, unit: "bytes" }),
    ),
  );
  const served = serveNamed(configuration, files, server.shared, url);
  const preparation = await page.call("prepare", served.configuration, served.data);
  const problems = preparation.estimate.runs.filter(({ problem }) => problem !== null);
  if (problems.length > 0) {
    // Most problems of a run begin with its name.
    const lines = problems.map(({ run, problem }) =>
      problem!.startsWith(`Run "${run}"`) ? problem! : `runs "${run}": ${problem}`,
    );
    throw new ConfigurationError(lines.join("\n"));
  }
  const compared = withRuns(configuration, preparation.runs);
  check(compared, files, preparation);
  return {
    ...{ browser, page, url, files, preparation },
    configuration: compared,
    served: withRuns(served.configuration, preparation.runs),
  };
}

/** The configuration with its preset's runs in its place; as it is where it names its runs. */
function withRuns({ preset, ...configuration }: Configuration, runs: Configuration["runs"]): Configuration {
  return { ...configuration, runs: preset === undefined ? configuration.runs : runs };
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
  const table = (files: NamedTable, name: unknown) =>
    (typeof files === "string" ? [{ path: files, shown: String(name) }] : files).map(({ path, shown }) => ({
      url: address(path),
      name: shown,
    }));
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
      train: table(files.train, train),
      validation: files.validation === null ? null : table(files.validation, validation),
      test: files.test === null ? null : table(files.test, test),
    },
  };
}
