/**
 * `studio score`: scores of a file's rows under the frozen model or an adapter's folder, as a CSV.
 * Trains nothing.
 */

import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Zippable, zipSync } from "fflate";
import type { ExecutorChoice } from "./browser";
import { readConfiguration } from "./configuration-file";
import { ConfigurationError, checkFile } from "./files";
import { prepare } from "./preparation";
import { withSession } from "./session";
import type { PageListener } from "./studio-page";

/** What reads the rows when no adapter does. */
export const FROZEN = "frozen";

export interface ScoreOptions {
  /** The file whose rows are scored, relative to where the command was given. */
  rows: string;
  /** `frozen`, or an adapter's folder. */
  with: string;
  /** The CSV that is written. */
  out: string;
  adapter: ExecutorChoice;
  endpoint: string;
  /** Default: an adapter's own answer, and the frozen model's tokens. */
  reading?: "answer" | "language";
  gradients?: boolean;
  tokens?: boolean;
  keepFormulas?: boolean;
}

/**
 * @param configurationPath Of the comparison's JSON file, for its model and data; its runs are not
 * trained.
 * @throws {ConfigurationError} Before anything is read, where a file or folder is missing or there
 * is a file of that name already.
 * @throws {Error} With what keeps model, rows or adapter from being read.
 */
export async function scoreRows(configurationPath: string, options: ScoreOptions): Promise<void> {
  const json = readConfiguration(configurationPath);
  const { rows, out, endpoint, adapter, gradients = false, tokens = false } = options;
  checkFile("--rows", rows);
  if (existsSync(out)) throw new ConfigurationError(`--out: ${resolve(out)} is there already; choose another name.`);
  if (!existsSync(dirname(resolve(out)))) {
    throw new ConfigurationError(`--out: there is no folder ${dirname(resolve(out))}.`);
  }
  const zip = options.with === FROZEN ? null : zipFolder(options.with);
  try {
    await withSession(endpoint, async ({ server, progress, interruption }) => {
      const listener: PageListener = {
        event: (event) => progress.handle(event),
        error: (message) => progress.note(`The page reports: ${message}`),
        placeForState: () => null,
        stateProblem: () => {},
      };
      const job = { json, folder: dirname(resolve(configurationPath)), adapter, endpoint, server, progress };
      const { browser, page, url } = await interruption.givingUp(prepare(job, listener));
      const served = (path: string, name: string) => ({ url: new URL(server.shared.share(path), url).href, name });
      try {
        const run =
          zip && (await interruption.givingUp(page.call("importRun", served(zip, `${basename(options.with)}.zip`))));
        const asked = {
          ...{ run, gradients, perToken: tokens },
          reading: options.reading ?? (run === null ? "language" : "answer"),
          formulas: options.keepFormulas ? "asTheyAre" : "text",
        } as const;
        const file = served(resolve(rows), basename(rows));
        const scored = await interruption.givingUp(page.call("scoreFile", file, asked));
        for (const notice of scored.notices) progress.note(notice);
        writeFileSync(out, `${scored.csv}\n`, { flag: "wx" });
        progress.note(`${out}: scores of ${scored.rows} rows by ${run ?? "the frozen model"}`);
      } finally {
        await browser.close();
      }
    });
  } finally {
    if (zip) rmSync(zip, { force: true });
  }
}

/** An adapter's folder as the zip that the page imports; merged models in it are left out. */
function zipFolder(folder: string): string {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ConfigurationError(`--with: there is no folder ${resolve(folder)}. Name an adapter's folder, or frozen.`);
  }
  const entries: Zippable = {};
  for (const name of readdirSync(folder)) {
    if (statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
      entries[name] = readFileSync(join(folder, name));
  }
  const path = join(tmpdir(), `studio-adapter-${process.pid}.zip`);
  writeFileSync(path, zipSync(entries, { level: 0 }));
  return path;
}
