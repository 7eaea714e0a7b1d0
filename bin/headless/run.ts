/** Runs one configuration from its file to its results. */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Page } from "playwright";
import { dependencies, version } from "../../package.json";
import type { Configuration } from "../../src/training/configuration";
import type { StudioEvent } from "../../src/worker/api";
import { ensureBuild, projectRoot } from "../../tools/build.mjs";
import { type AdapterChoice, openBrowser } from "./browser";
import { ConfigurationError, checkRunNames, type NamedFiles, namedFiles } from "./files";
import { type Progress, standardProgress } from "./progress";
import { Results } from "./results";
import { type SharedFiles, serveStudio } from "./server";

export interface RunOptions {
  /** Folder for the results. */
  out: string;
  adapter: AdapterChoice;
}

/**
 * Runs the comparison a file describes and writes its results.
 * @returns Whether every run finished and its adapter is written.
 * @throws {ConfigurationError} Before anything is trained, when the file is missing or wrong.
 * @throws {Error} When there is no browser or no usable device, when data or model cannot be opened, or the worker breaks.
 */
export async function runComparison(configurationPath: string, { out, adapter: choice }: RunOptions): Promise<boolean> {
  const json = readConfiguration(configurationPath);
  await ensureBuild();
  const server = await serveStudio(projectRoot);
  try {
    const { browser, adapter } = await openBrowser(choice);
    try {
      const page = await browser.newPage();
      return await runInPage(page, {
        json,
        folder: dirname(resolve(configurationPath)),
        out,
        adapter,
        pageUrl: new URL("runner.html", server.url),
        shared: server.shared,
        chromium: browser.version(),
      });
    } finally {
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

interface Job {
  json: string;
  /** Of the JSON file. */
  folder: string;
  out: string;
  adapter: "hardware" | "software";
  pageUrl: URL;
  shared: SharedFiles;
  chromium: string;
}

async function runInPage(page: Page, job: Job): Promise<boolean> {
  const progress = standardProgress();
  let receive: (event: StudioEvent) => void = (event) => progress.handle(event);
  page.on("pageerror", (error) => progress.note(`The page reports: ${error.message}`));
  const crashed = new Promise<never>((_, reject) => {
    page.on("crash", () =>
      reject(new Error("The browser's page crashed, out of memory perhaps; the comparison ended.")),
    );
  });
  crashed.catch(() => undefined);

  const compareInPage = async () => {
    await page.exposeFunction("deliverEvents", (events: StudioEvent[]) => {
      for (const event of events) receive(event);
    });
    await page.goto(job.pageUrl.href);
    await page.waitForFunction(() => window.studioRunner !== undefined);

    const parsed = await page.evaluate((text) => window.studioRunner.parseConfiguration(text), job.json);
    if ("problem" in parsed) throw new ConfigurationError(parsed.problem);
    const { configuration } = parsed;
    checkRunNames(configuration.runs.map(({ name }) => name));
    const files = namedFiles(configuration, job.folder);

    const device = await page.evaluate(() => window.studioRunner.openDevice());
    if (device.status !== "ready" && device.status !== "software") throw new Error(device.message);
    const name = [device.adapter.vendor, device.adapter.architecture, device.adapter.description].filter(Boolean);
    progress.note(`Adapter: ${job.adapter} (${name.join(" ") || "unnamed"})`);

    const served = serveNamed(configuration, files, job.shared, job.pageUrl);
    const preparation = await page.evaluate(
      ({ configuration, train, validation }) => window.studioRunner.prepare(configuration, train, validation),
      served,
    );
    const problems = preparation.estimate.runs.filter(({ problem }) => problem !== null);
    if (problems.length > 0) {
      throw new ConfigurationError(problems.map(({ run, problem }) => `runs "${run}": ${problem}`).join("\n"));
    }

    const results = new Results(job.out, configuration.runs);
    try {
      receive = (event) => {
        results.add(event);
        progress.handle(event);
      };
      await untilStopped(page, progress, () =>
        page.evaluate((served) => window.studioRunner.compare(served), served.configuration),
      );
      progress.close();
      for (const { run, steps } of results.runs) {
        if (steps === 0) continue;
        try {
          results.addAdapter(run, await downloadRun(page, run));
        } catch (error) {
          // The other runs' adapters are still worth having.
          progress.note(`${run}: its adapter could not be written: ${(error as Error).message}`);
        }
      }
    } finally {
      results.writeSummary({
        configuration,
        adapter: job.adapter,
        device,
        preparation,
        versions: {
          studio: version,
          "onnxruntime-web": dependencies["onnxruntime-web"],
          chromium: job.chromium,
          node: process.versions.node,
        },
      });
      results.close();
    }
    progress.note(`Results are in ${resolve(job.out)}`);
    return results.complete;
  };

  try {
    return await Promise.race([compareInPage(), crashed]);
  } finally {
    progress.close();
  }
}

/** Runs to the end; the first Ctrl-C stops the comparison in an orderly way, a second one ends the program. */
async function untilStopped(page: Page, progress: Progress, compare: () => Promise<void>): Promise<void> {
  const stop = () => {
    progress.note("Stopping after this step; Ctrl-C again ends at once.");
    page.evaluate(() => window.studioRunner.stop()).catch((error: Error) => progress.note(error.message));
  };
  process.once("SIGINT", stop);
  try {
    await compare();
  } finally {
    process.removeListener("SIGINT", stop);
  }
}

/**
 * What the page is given: data files by address, and a configuration in which a `dir:` model and `initFrom` folders are
 * addresses too.
 */
function serveNamed(configuration: Configuration, files: NamedFiles, shared: SharedFiles, page: URL) {
  const address = (path: string) => new URL(shared.share(path), page).href;
  const file = (path: string, name: string) => ({ url: address(path), name });
  const { train, validation } = configuration.data;
  return {
    configuration: {
      ...configuration,
      model: files.model === null ? configuration.model : `dir:${address(files.model)}`,
      runs: configuration.runs.map((run) => {
        const folder = files.initFrom.get(run.name);
        return folder === undefined ? run : { ...run, initFrom: address(folder) };
      }),
    },
    train: file(files.train, train),
    validation: files.validation === null ? null : file(files.validation, String(validation)),
  };
}

/** The path of the run's zip; the browser removes it when it closes. */
async function downloadRun(page: Page, run: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 0 }),
    page.evaluate((name) => window.studioRunner.downloadRun(name), run),
  ]);
  return download.path();
}
