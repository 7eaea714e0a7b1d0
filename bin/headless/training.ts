/**
 * A comparison that has everything open: trains it, keeps its state on the disk meanwhile, and
 * writes its results, from that state where the page or its device is gone.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dependencies, version } from "../../package.json";
import { formats } from "../../src/data/formats/registry";
import { usedColumns } from "../../src/data/slices";
import { messageOf } from "../../src/errors/message-of";
import { type RateSearch, withFoundRates } from "../../src/plan/rate-search";
import type { DataCheck, DataSummary, DeviceReport, Identity, StudioEvent, SumRequest } from "../../src/worker/api";
import { checkLines } from "./check-lines";
import { CheckpointFolder, type KeptState, readCheckpoint } from "./checkpoint";
import { writeExtras } from "./extras";
import type { Interruption } from "./interruption";
import { METRICS } from "./names";
import type { RunOptions } from "./options";
import type { OutFolder } from "./out-folder";
import { type Job, type Prepared, prepare } from "./preparation";
import { writeLogs } from "./report";
import { earlierLines, evaluations, type MetricsLines, Results, type RunSummary } from "./results";
import { readResults } from "./results-facts";
import type { PageListener } from "./studio-page";
import { verdictLines } from "./verdict-lines";

const NOTHING: MetricsLines = { events: [], lines: [] };

/** What is on the disk of a comparison: the runs' states, and what they said until then. */
interface Kept {
  readonly states: readonly KeptState[];
  readonly earlier: MetricsLines;
}

export class Training implements PageListener {
  readonly #job: Job;
  readonly #out: OutFolder;
  readonly #options: RunOptions;
  readonly #sum: SumRequest | undefined;
  readonly #interruption: Interruption;
  readonly #checkpoint: CheckpointFolder;
  #prepared: Prepared | null = null;
  #results: Results | null = null;
  #device: DeviceReport | null = null;
  /** Null where it could not be had. */
  #identity: Identity | null = null;
  /** Of the open rows. */
  #check: DataCheck | null = null;
  #kept: Kept = { states: [], earlier: NOTHING };
  /** What kept it from beginning: the disk, most likely. */
  #refusal: Error | null = null;
  /** Why the page, or what it computes on, can answer nothing more; null: it can. */
  #gone: string | null = null;
  /** Whether the page did not give an adapter that the disk would have taken. */
  #withheld = false;
  /** The last thing that the disk said, so that it is said once. */
  #problem: string | null = null;
  #stateFiles = 0;

  constructor(job: Job, out: OutFolder, options: RunOptions, sum: SumRequest | undefined, interruption: Interruption) {
    this.#job = job;
    this.#out = out;
    this.#options = options;
    this.#sum = sum;
    this.#interruption = interruption;
    this.#checkpoint = new CheckpointFolder(out);
  }

  /**
   * Trains, and writes the results.
   * @param searches Rates that an earlier part of it has searched.
   * @returns Whether every run finished and everything that was asked for is written.
   * @throws {Interrupted} When a signal ended it; what there was by then is written.
   * @throws {Error} When it is refused before it trains; nothing is written then.
   */
  async compare(prepared: Prepared, searches: readonly RateSearch[]): Promise<boolean> {
    const { progress } = this.#job;
    const { page, preparation, configuration } = prepared;
    this.#prepared = prepared;
    // Only once a model is open is it known what computes it, and with how many threads.
    this.#device = await page.call("readDevice");
    for (const line of [`Device: ${this.#device.name}`, this.#device.reason, this.#device.message]) {
      if (line) progress.note(line);
    }
    for (const notice of preparation.data.notices) progress.note(notice);
    this.#check = await page.call("checkData");
    for (const line of checkLines(this.#check)) progress.note(line);
    this.#identity = await page.call("identify").catch((error: unknown) => {
      progress.note(`Hashes of rows and model are not known: ${messageOf(error)}`);
      return null;
    });
    const results = new Results(this.#out, configuration, searches);
    this.#results = results;
    if (this.#options.goesOn) this.#kept = await this.#readKept(results);
    try {
      await this.#train(prepared, results);
      progress.close();
      await this.#write(prepared, results);
    } finally {
      if (results.begun) this.#close(results);
    }
    const hint = this.#hint(results);
    if (hint !== null) this.#interruption.throwIfAsked(`Interrupted. Results so far are in ${this.#out.path}. ${hint}`);
    progress.note(`Results are in ${this.#out.path}`);
    if (hint !== null) progress.note(hint);
    return results.complete;
  }

  event(event: StudioEvent): void {
    const results = this.#results;
    if (event.type === "device-lost") this.#gone = `the graphics device was lost (${event.reason})`;
    if (results) {
      if (event.type === "comparison-state" && !results.begun && this.#refusal === null) this.#begin(results);
      this.#say(results.add(event));
    }
    this.#job.progress.handle(event);
  }

  error(message: string): void {
    this.#job.progress.note(`The page reports: ${message}`);
  }

  placeForState(run: string): string | null {
    if (!this.#results?.begun) return null;
    const written = this.#out.unfinished(`state ${this.#stateFiles++}`);
    return this.#job.server.shared.receive(written, () => this.#checkpoint.keep(run, written));
  }

  stateProblem(run: string, problem: string): void {
    this.#say(`${run}: ${problem} Training goes on; the checkpoint before this one stays.`);
  }

  /** Says what the disk has said, where it has not been said just before. */
  #say(problem: string | null): void {
    if (problem !== null && problem !== this.#problem) this.#job.progress.note(problem);
    this.#problem = problem ?? this.#problem;
  }

  /** Everything is read and accepted: from here on results are written. */
  #begin(results: Results): void {
    const { configuration, files } = this.#prepared!;
    try {
      this.#out.begin();
      if (!this.#options.goesOn) {
        const found = withFoundRates(configuration, results.searches);
        const adapter = executorOf(this.#device!);
        this.#checkpoint.begin({ configuration: found, files, searches: results.searches, adapter });
      }
      results.begin(this.#kept.earlier);
      // That of an earlier comparison would lie beside figures that are not its own.
      results.writeSummary(this.#surroundings());
    } catch (error) {
      this.#refusal = error as Error;
      this.#prepared!.page.call("stop").catch(() => {});
    }
  }

  async #train({ page, url, served }: Prepared, results: Results): Promise<void> {
    const { progress } = this.#job;
    this.#interruption.answerBy(() => {
      progress.note("Stopping after this step; the same signal again ends at once.");
      page.call("stop").catch((error: unknown) => progress.note(messageOf(error)));
    });
    const { states, earlier } = this.#kept;
    try {
      if (this.#options.goesOn) await page.call("takeUp", served, this.#serve(states, url), [...earlier.events], true);
      else await page.call("compare", served);
    } catch (error) {
      if (!results.begun) throw this.#refusal ?? error;
      // What goes wrong within a training ends its runs with a reason: this is the page's own end.
      this.#gone = messageOf(error);
      results.breakOff(this.#gone);
      progress.note(this.#gone);
    }
    if (this.#refusal) throw this.#refusal;
    this.#interruption.answerBy(() => progress.note("Writing what there is; the same signal again ends at once."));
  }

  async #write(prepared: Prepared, results: Results): Promise<void> {
    const { page, url, configuration, preparation } = prepared;
    const { progress, server } = this.#job;
    const { predict, slices, forgetting } = this.#options;
    try {
      // A new profile of the browser knows of no looks before this one.
      results.verdict = { ...(await page.call("verdict")), looks: null };
      for (const line of verdictLines(results.verdict)) progress.note(line);
    } catch (error) {
      progress.note(`There is no verdict: ${messageOf(error)}`);
    }
    // A method that trains nothing has finished without a step.
    const trained = results.runs.filter(({ steps, state }) => steps > 0 || state === "finished");
    const names = trained.map(({ run }) => run);
    if (this.#gone === null) {
      if (formats[configuration.data.task].answer === "text") {
        try {
          results.addSamples(await page.call("write", names));
        } catch (error) {
          progress.note(`No samples were written: ${messageOf(error)}`);
        }
      }
      await this.#writeRuns(prepared, results, trained);
    }
    await this.#writeFromCheckpoint(results);
    if (preparation.estimate.unequal.length > 0) {
      progress.note(["Not equal between the runs:", ...preparation.estimate.unequal].join("\n  "));
    }
    if (this.#gone === null) {
      if (this.#sum) await this.#writeSum(prepared, results, this.#sum);
      const slices = this.#options.slices ?? groupColumn(preparation.data);
      const extras = { ...this.#options, ...(slices !== undefined && { slices }) };
      await writeExtras(extras, names, { page, url, server, results, progress });
    } else if (this.#sum || predict !== undefined || slices !== undefined || forgetting) {
      results.fail(`What is asked of the runs once they are trained was not done: ${this.#gone}.`);
    }
  }

  /** Writes adapters, and merged models where they are asked for. */
  async #writeRuns({ page, preparation }: Prepared, results: Results, runs: readonly RunSummary[]): Promise<void> {
    const { progress, server } = this.#job;
    const { merged } = this.#options;
    let isSent = false;
    const send = async (run: string, conversion: string | null, add: (zip: string) => void) => {
      const zip = this.#out.unfinished("folder.zip");
      isSent = false;
      const sent = () => {
        isSent = true;
      };
      await page.call("sendRun", run, server.shared.receive(zip, sent, sent), conversion);
      add(zip);
    };
    for (const { run, variant } of runs) {
      try {
        await send(run, null, (zip) => results.addAdapter(run, zip));
      } catch (error) {
        // The other runs' adapters are still worth having.
        this.#withheld ||= !isSent;
        progress.note(`${run}: its adapter could not be written: ${messageOf(error)}`);
      }
      if (merged === undefined) continue;
      if (!preparation.mergeable.includes(variant.run)) {
        progress.note(`${run}: its method has no merged model, since it is no change of weights.`);
        continue;
      }
      try {
        await send(run, `merged-${merged}`, (zip) => results.addMerged(run, zip));
      } catch (error) {
        progress.note(`${run}: its merged model could not be written: ${messageOf(error)}`);
        results.fail(`The merged model of "${run}" could not be written: ${messageOf(error)}`);
      }
    }
  }

  /** Writes those adapters that could not be read from the page, in a new browser. */
  async #writeFromCheckpoint(results: Results): Promise<void> {
    const { progress } = this.#job;
    const missing = results.runs.filter(({ adapter }) => adapter === null);
    // A new browser has no more room on the disk.
    if (missing.length === 0 || (this.#gone === null && !this.#withheld)) return;
    try {
      const { states, earlier } = await this.#readKept(results);
      const kept = missing.filter(({ run }) => states.some((state) => state.run === run));
      if (kept.length === 0) return;
      progress.note("Adapters are written from the last evaluation that is on the disk …");
      const { json } = readCheckpoint(this.#out.path);
      const again = await prepare({ ...this.#job, json, folder: this.#out.path }, quiet);
      try {
        await again.page.call("takeUp", again.served, this.#serve(states, again.url), [...earlier.events], false);
        await this.#writeRuns(again, results, kept);
      } finally {
        await again.browser.close();
      }
      for (const { run, adapter } of kept) {
        if (adapter === null) continue;
        const { step } = states.find((state) => state.run === run)!;
        results.note(run, `The adapter in the folder is that of step ${step}, the last evaluation that was kept.`);
        progress.note(`${run}: its adapter of step ${step} is written.`);
      }
    } catch (error) {
      progress.note(`Adapters could not be written from the checkpoint: ${messageOf(error)}`);
    }
  }

  /** Evaluates the sum and writes its folder. */
  async #writeSum({ page }: Prepared, results: Results, sum: SumRequest): Promise<void> {
    const { progress, server } = this.#job;
    try {
      const { run, evaluation: part, complete } = await page.call("sum", sum);
      const evaluation = complete ?? part;
      const zip = this.#out.unfinished("folder.zip");
      await page.call("sendRun", run, server.shared.receive(zip));
      results.addSum(sum, evaluation, zip);
      progress.note(`${run}: validation loss ${evaluation?.loss.toFixed(4)}`);
    } catch (error) {
      progress.note(`The sum could not be made: ${messageOf(error)}`);
      results.fail(`The sum could not be made: ${messageOf(error)}`);
    }
  }

  /** Writes the summary, and removes what nobody goes on from. */
  #close(results: Results): void {
    const { progress } = this.#job;
    const attempt = (doing: () => void) => {
      try {
        doing();
      } catch (error) {
        results.fail(messageOf(error));
        progress.note(messageOf(error));
      }
    };
    attempt(() => results.close());
    attempt(() => results.writeSummary(this.#surroundings()));
    if (this.#options.logs) attempt(() => writeLogs(this.#out, readResults(this.#out.path, false)));
    attempt(() => (results.complete ? this.#checkpoint.remove() : this.#out.clean()));
  }

  /** How to go on; null where there is nothing to go on with. */
  #hint(results: Results): string | null {
    if (results.complete || this.#refusal) return null;
    const { merged, sum, combination, predict, adapterColumn, slices, forgetting, keepFormulas, logs } = this.#options;
    const options = {
      ...{ merged, sum, combination, predict, "adapter-column": adapterColumn, slices, forgetting, logs },
      "keep-formulas": keepFormulas,
    };
    const more = Object.entries(options).flatMap(([name, value]) => {
      if (value === undefined || value === false) return [];
      return value === true ? [`--${name}`] : [`--${name}`, quoted(value)];
    });
    return ["To go on: npm run studio -- run --continue", quoted(this.#options.out), ...more].join(" ");
  }

  #surroundings() {
    const { browser, configuration, preparation } = this.#prepared!;
    const versions = {
      studio: version,
      "onnxruntime-web": dependencies["onnxruntime-web"],
      chromium: browser.version(),
      node: process.versions.node,
    };
    return {
      configuration,
      device: this.#device!,
      preparation,
      versions,
      identity: this.#identity,
      check: this.#check,
    };
  }

  /** Rejects with an Error naming a file that is damaged. */
  async #readKept(results: Results): Promise<Kept> {
    const states = await this.#checkpoint.states(results.runs.map(({ run }) => run));
    const metrics = join(this.#out.path, METRICS);
    const text = existsSync(metrics) ? readFileSync(metrics, "utf8") : "";
    const names = new Set(results.runs.map(({ run }) => run));
    if (this.#options.goesOn) this.#checkpoint.checkComplete(states, evaluations(text, names));
    return { states, earlier: earlierLines(text, new Map(states.map(({ run, step }) => [run, step]))) };
  }

  #serve(states: readonly KeptState[], url: URL): { run: string; url: string }[] {
    const { shared } = this.#job.server;
    return states.map(({ run, path }) => ({ run, url: new URL(shared.share(path), url).href }));
  }
}

/** Of a page that only writes. */
const quiet: PageListener = {
  event: () => {},
  error: () => {},
  placeForState: () => null,
  stateProblem: () => {},
};

/** Groups are measured one by one where all rows are of the file that has their column. */
function groupColumn({ settings: { group, columns }, validation, test }: DataSummary): string | undefined {
  return group && !validation && !test && !usedColumns(columns).has(group) ? group : undefined;
}

/** What the same is computed on again. */
function executorOf({ executor, status }: Pick<DeviceReport, "executor" | "status">) {
  if (executor === "processor") return "processor";
  return status === "software" ? "software" : "hardware";
}

/** A word as a shell takes it. */
function quoted(value: string | Record<string, number>): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
