/**
 * The comparison that is on the page and the adapters imported beside it: how they begin, go on and
 * end.
 */

import * as z from "zod";
import { misfit } from "../adapters/checks";
import type { AdapterFolder } from "../adapters/folder";
import { readAdapterZip } from "../adapters/read";
import { type SumPart, sumLora } from "../adapters/sum-lora";
import { countOf } from "../data/errors";
import { fingerprint } from "../data/fingerprint";
import type { Table } from "../data/table";
import type { ColumnRoles } from "../data/types";
import { messageOf } from "../errors/message-of";
import { loraConversion } from "../folders/export";
import {
  checkLabels,
  checkScale,
  importedCalibration,
  importedName,
  importedRun,
  importedScale,
  labelMismatch,
  madeFor,
  sumName,
  uniqueName,
} from "../folders/imported-run";
import { checkSameRun, continuedConfiguration } from "../folders/resumed-run";
import { checkStart, heldTensors, takenOf } from "../folders/starting-run";
import type { MeasuredRun } from "../instruments/instrument";
import type { Pooling } from "../models/family";
import { type Configuration, type RunConfiguration, trainingSchema } from "../plan/configuration";
import type { Pace } from "../plan/pace";
import { type RateSearch, withFoundRates } from "../plan/rate-search";
import { checkedConfiguration } from "../plan/read-configuration";
import { peakLearningRate } from "../plan/schedule";
import { elementCount } from "../program/tensor";
import type { Reader } from "../scoring/reader";
import { newestOnly } from "../storage/newest-only";
import type { MetricName } from "../tasks/metrics/names";
import { tasks } from "../tasks/registry";
import type { KeptOutcomes } from "../verdict/kept-outcomes";
import type { Slices } from "../verdict/slices";
import type { Verdict } from "../verdict/verdict";
import type {
  AdapterStart,
  Continuation,
  FileScores,
  ImportedAdapter,
  KeptFile,
  LabelErrorSource,
  LabelErrors,
  RowChoice,
  StudioEvent,
  SumRequest,
} from "./api";
import { claimComparison, dropCheckpoints, type KeptComparison, keepCheckpoints, keptCheckpoints } from "./checkpoints";
import { lookAtChoice, withChosenRows } from "./chosen-rows";
import type { EventBatches } from "./events";
import { exportedFolder } from "./export-run";
import { namedError } from "./failures";
import type { Folders } from "./folders";
import { judge, outcomesOf } from "./judge";
import { keptFiles, readKeptFiles } from "./kept-files";
import { findLabelErrors } from "./label-errors";
import { notices, type OpenComparison, openComparison, type StartingFolders, startingFolders } from "./open-comparison";
import { type ScoreSources, scoreTable } from "./scores";
import { searchRates } from "./search-rates";
import { sliceColumnsOf, slicesOf } from "./slices";
import type { StudioSession } from "./studio-session";
import { trySteps } from "./try-steps";

/** Of comparisons that a keeper keeps. */
const TAKEN_UP = "taken up";

export class Comparisons {
  readonly #session: StudioSession;
  readonly #folders: Folders;
  readonly #events: EventBatches;
  readonly #imported: OpenComparison[] = [];
  #current: OpenComparison | null = null;
  /** Where the current one is kept, and what lets other tabs have it. */
  #place: { readonly id: string; readonly release: () => void } | null = null;
  /** Somebody has asked for an end, perhaps before there was anything to end. */
  #stopping = false;
  /** Ends the search for rates that is going on. */
  #search: AbortController | null = null;
  /** Rows that are being chosen. */
  #choice: { readonly end: AbortController; readonly ended: Promise<unknown> } | null = null;
  /** Steps that are tried while nothing else trains. */
  #trial: { readonly end: AbortController; readonly ended: Promise<unknown> } | null = null;
  /** The last time that states were handed over, until they are. */
  #keeping: Promise<void> | null = null;
  /** Hands over the state of all runs at every evaluation; null: the browser's storage has it. */
  #handOver: ((open: OpenComparison) => Promise<void>) | null = null;

  constructor(session: StudioSession, folders: Folders, events: EventBatches) {
    this.#session = session;
    this.#folders = folders;
    this.#events = events;
  }

  /** The one on the page first. */
  get all(): OpenComparison[] {
    return [...(this.#current ? [this.#current] : []), ...this.#imported];
  }

  /** The one that a run belongs to. Throws an Error if there is none. */
  of(run: string): OpenComparison {
    const open = this.all.find(({ comparison }) => comparison.runNames.includes(run));
    if (!open) throw new Error(`There is no run "${run}".`);
    return open;
  }

  /**
   * Ends all others, searches the rates that are to be searched, and trains; what goes wrong while
   * training ends the runs with a reason, and does not reject. A stop while rates are searched ends
   * the search: runs without a found rate are set up with their methods' own. `id`: see
   * `StudioApi.compare`.
   */
  async compare(given: Configuration, id: string): Promise<void> {
    this.#stopping = false;
    const parsed = checkedConfiguration(given);
    // A reference may be a run of the comparison that ends here.
    const isFirst = parsed.data.selection?.by === "gain";
    if (!isFirst) await this.close();
    let asked: Configuration;
    try {
      asked = await this.#choose(parsed, (signal) => withChosenRows(parsed, this.#choosing(signal)));
    } finally {
      if (isFirst) await this.close();
    }
    const found: RateSearch[] = [];
    try {
      await this.#searchRates(asked, found);
    } catch (error) {
      if (!this.#stopping) throw error;
    }
    const configuration = withFoundRates(asked, found);
    await this.#start(
      await this.#open(configuration, await startingFolders(this.#session, this.#folders, configuration), id),
    );
  }

  /** Searches the rates that are to be searched, without training; fewer where it was stopped. */
  async searchRates(given: Configuration): Promise<RateSearch[]> {
    this.#stopping = false;
    const found: RateSearch[] = [];
    try {
      await this.#searchRates(checkedConfiguration(given), found);
    } catch (error) {
      if (!this.#stopping) throw error;
    }
    return found;
  }

  /**
   * What steps take on what is open; null where there is none to tell, or something else was asked
   * for meanwhile.
   */
  async tryPace(given: Configuration): Promise<Pace | null> {
    await this.#endTrial();
    const end = new AbortController();
    const trying = trySteps(this.#session, checkedConfiguration(given), end.signal);
    this.#trial = { end, ended: trying.catch(() => {}) };
    return trying;
  }

  async #endTrial(): Promise<void> {
    this.#trial?.end.abort();
    await this.#trial?.ended;
    this.#trial = null;
  }

  /** What would be learned from, of the open rows. Rejects with an Error as `selectRows`. */
  lookAtChoice(given: Configuration): Promise<RowChoice> {
    const configuration = checkedConfiguration(given);
    return this.#choose(configuration, (signal) => lookAtChoice(configuration, this.#choosing(signal)));
  }

  /** Ends a choice that somebody looks at. */
  async #choose<Result>(
    { data: { selection } }: Configuration,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    this.#choice?.end.abort(new Error("Something else was asked for meanwhile."));
    await this.#choice?.ended;
    await this.#endTrial();
    if (selection) await this.#session.tested();
    const end = new AbortController();
    this.#search = end;
    const result = work(end.signal);
    this.#choice = { end, ended: result.catch(() => {}) };
    try {
      return await result;
    } finally {
      this.#search = null;
      this.#choice = null;
      this.#events.flush();
    }
  }

  #choosing(signal: AbortSignal) {
    const withReader = <Result>(name: string, use: (reader: Reader) => Promise<Result>) => this.#withReader(name, use);
    return { session: this.#session, emit: this.#events.emit, signal, withReader };
  }

  /**
   * Does work with a run that is here, as it is. Rejects with an Error where there is none of that
   * name, or it was trained for other labels.
   */
  async #withReader<Result>(name: string, use: (reader: Reader) => Promise<Result>): Promise<Result> {
    const { settings, dataset } = this.#session.data.data;
    const here = this.all.find(({ comparison }) => comparison.runNames.includes(name));
    if (!here) throw new Error(`Learn from: there is no run "${name}" here. Train it first, or import its adapter.`);
    const { comparison, data } = here;
    if (comparison.task.id !== settings.task || data.labels.join("\n") !== dataset.labels.join("\n")) {
      throw new Error(`Learn from: "${name}" was trained for other labels than those of the open rows.`);
    }
    return comparison.hold(name, use);
  }

  async #searchRates(configuration: Configuration, found: RateSearch[]): Promise<void> {
    await this.#endTrial();
    const { emit } = this.#events;
    this.#search = new AbortController();
    try {
      await this.#session.tested();
      await searchRates(this.#session, configuration, { emit, signal: this.#search.signal, found });
    } finally {
      this.#search = null;
      this.#events.flush();
    }
  }

  async continuation(run: string, more: number, training: Configuration["training"]): Promise<Continuation> {
    const { adapter, configuration } = this.#importedFolder(run);
    const planned = configuration.runs[0]!;
    const { settings, dataset } = this.#session.data.data;
    // The data may be others than those it was imported beside.
    checkLabels(adapter, settings.task, dataset.labels);
    checkScale(run, importedScale(adapter), dataset.scale);
    const { model, precision } = configuration;
    const place = { ...this.#session.configuredOnce, model, precision, run: planned };
    const continued = continuedConfiguration(
      adapter,
      place,
      z.int().min(1).parse(more),
      trainingSchema.parse(training),
    );
    return {
      configuration: continued,
      from: adapter.state?.facts.step ?? 0,
      learningRate: peakLearningRate(planned, continued.training, this.#session.model),
      notices: await notices(this.#session, adapter, planned, continued.training, continued.training.steps!),
    };
  }

  async continueImported(run: string, more: number, training: Configuration["training"], id: string): Promise<void> {
    this.#stopping = false;
    const { configuration } = await this.continuation(run, more, training);
    const { adapter } = this.#importedFolder(run);
    await this.close();
    await this.#start(await this.#open(configuration, new Map([[run, { adapter, resume: true }]]), id));
  }

  /** From now on runs' states at every evaluation go to `keeper`, not to the browser's storage. */
  keepWith(keeper: (files: KeptFile[]) => Promise<void>): void {
    this.#handOver = newestOnly(async (open) => {
      // Whoever keeps them says what went wrong: training goes on.
      await keeper(await keptFiles(this.#session.model, open)).catch(() => {});
    });
  }

  /**
   * Sets a comparison up that was trained elsewhere, with what its runs had come to there and what
   * they said. `train`: goes on with it as `compare`; else its adapters can be written. Rejects
   * with an Error where a file does not fit its run, or rows are not what they were.
   */
  async takeUp(given: Configuration, files: readonly KeptFile[], earlier: readonly StudioEvent[], train: boolean) {
    this.#stopping = false;
    await this.close();
    const parsed = checkedConfiguration(given);
    const configuration = await this.#choose(parsed, (signal) => withChosenRows(parsed, this.#choosing(signal)));
    const open = await this.#open(
      configuration,
      await startingFolders(this.#session, this.#folders, configuration),
      TAKEN_UP,
      earlier,
    );
    const { comparison } = open;
    const kept = await readKeptFiles(this.#session.model, open, files);
    if (!train) return comparison.takeUp(kept);
    return this.#guard(open, async () => {
      await comparison.takeUp(kept);
      // Broken off before its first evaluation, it begins as any other.
      await comparison.continue(kept.size === 0);
    });
  }

  pause(): void {
    this.#current?.comparison.pause();
  }

  resume(): void {
    this.#current?.comparison.resume();
  }

  stop(): void {
    this.#stopping = true;
    // While something is searched or chosen nothing trains.
    if (this.#search) this.#search.abort(new Error("It was stopped before training began."));
    else this.#current?.comparison.stop();
  }

  /**
   * Goes on with what was stopped, or with what the browser kept of a comparison that broke off.
   * Rejects with an Error where nothing was kept, or the open model or rows are others.
   */
  async continue(id: string): Promise<void> {
    this.#stopping = false;
    await this.#endTrial();
    if (this.#current) {
      const open = this.#current;
      // What has failed may still be within a pass.
      await open.running;
      return this.#guard(open, () => open.comparison.continue());
    }
    const kept = await keptCheckpoints(id);
    if (!kept) throw new Error("This browser has kept nothing of this comparison, so it cannot go on. Compare anew.");
    await this.#checkSame(kept);
    const open = await this.#open(kept.configuration, new Map(), id);
    await this.#guard(open, async () => {
      await open.comparison.takeUp(kept.kept);
      await open.comparison.continue();
    });
  }

  /**
   * Evaluates an adapter folder beside what is there, as a run of its own; one of other labels is
   * kept for runs to start from.
   */
  async importAdapter(file: File): Promise<ImportedAdapter | AdapterStart> {
    const { model } = this.#session;
    const adapter = await madeFor(await readAdapterZip(file), model.folder);
    try {
      return await this.#importRead(file, adapter);
    } catch (error) {
      throw misfit(adapter, model.folder.name, error);
    }
  }

  async #importRead(file: File, adapter: AdapterFolder): Promise<ImportedAdapter | AdapterStart> {
    const { model, data } = this.#session;
    const { settings, dataset } = data.data;
    const { run, pooling } = importedRun(adapter, file.name.replace(/\.zip$/i, ""));
    const mismatch = labelMismatch(adapter, settings.task, dataset.labels);
    if (!mismatch) return this.#beside(adapter, { ...run, name: importedName(run.name) }, pooling);
    const folder = { adapter, name: file.name, resume: false, transferred: mismatch.what };
    const held = heldTensors(run, model, tasks[settings.task], dataset.labels);
    // What only carries the head of an adapter that trains nothing else does not count.
    const taken = takenOf(folder, held);
    if (taken.length === 0) throw new Error(`${mismatch.what} It trains nothing but its head. ${mismatch.fix}`);
    checkStart(folder, run, model, held);
    return {
      name: file.name,
      source: adapter.source ?? null,
      differs: mismatch.what,
      taken: { tensors: taken.length, values: taken.reduce((sum, { shape }) => sum + elementCount(shape), 0) },
      notices: [...(adapter.notices ?? [])],
      run: { ...run, initFrom: this.#folders.keep(file.name, adapter) },
    };
  }

  /**
   * Evaluates the weighted sum of runs with LoRA, or what converts to it, beside what is there, as
   * a run of its own.
   */
  async sum({ parts, combination }: SumRequest): Promise<ImportedAdapter> {
    const open = parts.map(({ run }) => this.of(run));
    const poolings = open.map(({ configuration }) => configuration.training.pooling);
    if (new Set(poolings).size > 1) throw new Error("The runs were read out in different ways, so they have no sum.");
    const summed: SumPart[] = [];
    for (const [index, { run, weight }] of parts.entries()) {
      const conversion = loraConversion(open[index]!.comparison.run(run).setup.method);
      summed.push({ name: run, weight, adapter: await exportedFolder(this.#session, open[index]!, run, conversion) });
    }
    const adapter: AdapterFolder = {
      ...sumLora(summed, combination),
      modelCard: "",
      run: { sum: { combination, parts } },
    };
    return this.#beside(adapter, importedRun(adapter, sumName(parts)).run, poolings[0]!, true);
  }

  /**
   * Judges the one on the page. Throws an Error where there is none, it has not ended, or its task
   * has not the metric.
   */
  verdict(metric: MetricName | null): Verdict {
    const beside = this.#imported.flatMap(({ comparison }) => comparison.runNames);
    return judge(this.#judged, this.#session.model, { metric, beside });
  }

  /** Which rows the runs on the page had right; throws as `verdict`. */
  outcomes(metric: MetricName | null): KeptOutcomes | null {
    return outcomesOf(this.#judged, this.#session.model, metric);
  }

  /** Columns to slice the rows that decide by. Throws an Error without a comparison. */
  sliceColumns(): string[] {
    return sliceColumnsOf(this.#judged);
  }

  /**
   * The runs on the page on each slice of the rows that decide; throws as `verdict`, and a
   * DataError where their file has no such column.
   */
  slices(column: string, metric: MetricName | null): Slices {
    return slicesOf(this.#judged, this.#session.model, column, metric);
  }

  get #judged(): OpenComparison {
    if (!this.#current) throw new Error("There is no comparison to judge.");
    return this.#current;
  }

  /** Scores every run on a labelled file's rows. Throws an Error where there is none. */
  score(table: Table, columns: ColumnRoles, progress: ScoreSources["progress"]): Promise<FileScores> {
    const { model } = this.#session;
    return scoreTable(table, columns, { current: this.#current, imported: this.#imported, model, progress });
  }

  /** Probable label errors of the open data. Rejects with an Error as `findLabelErrors`. */
  labelErrors(source: LabelErrorSource, progress: (done: number, total: number) => void): Promise<LabelErrors> {
    return findLabelErrors(this.#session.data, this.#current, source, progress);
  }

  /** A run as instruments are given it. Throws an Error if there is none. */
  measuredRun(name: string): MeasuredRun {
    const { comparison, configuration, data: first, divisions, history, variants } = this.of(name);
    const { train, validation, validationTexts } = divisions[variants.find((one) => one.name === name)!.split]!;
    const data = { ...first, train, validation, validationTexts };
    const { executor, model } = this.#session;
    const readText = async (file: string) => (await this.#folders.sample(file)).text();
    return { name, comparison, executor, model, data, training: configuration.training, history, readText };
  }

  /** Sets a run up that starts from a folder, with a name that is not taken, and evaluates it. */
  async #beside(
    adapter: AdapterFolder,
    given: RunConfiguration,
    pooling: Pooling | null,
    summed = false,
  ): Promise<ImportedAdapter> {
    const session = this.#session;
    const name = uniqueName(
      given.name,
      this.all.flatMap(({ comparison }) => comparison.runNames),
    );
    const run = { ...given, name };
    const training = trainingSchema.parse({ pooling, steps: 1 });
    const open = await openComparison(
      session,
      { ...session.configuredOnce, training, runs: [run] },
      new Map([[name, { adapter, resume: false }]]),
      {
        // Its states are not those of the comparison that is on the page.
        emit: (event) => {
          if (event.type === "progress") this.#events.emit(event);
        },
      },
      {
        scale: importedScale(adapter),
        calibration: importedCalibration(adapter, session.data.data.dataset.labels),
      },
    );
    try {
      await open.comparison.evaluate();
    } catch (error) {
      await open.comparison.release();
      throw error;
    }
    this.#imported.push(open);
    const { step, steps } = adapter.state?.facts ?? { step: null, steps: null };
    return {
      run: name,
      method: run.method,
      base: session.model.folder.name,
      configuration: run,
      step,
      steps,
      summed,
      notices: [...(adapter.notices ?? [])],
      trainable: open.comparison.run(name).trainable,
      evaluation: open.evaluations.find(({ split }) => split === "validation") ?? null,
      complete: open.evaluations.find(({ complete }) => complete),
      hasThresholds: Boolean(open.comparison.calibration(name)?.thresholds),
    };
  }

  /** Ends what is training with this reason; adapters of the last evaluation stay. */
  fail(error: Error): void {
    this.#search?.abort(error);
    this.#trial?.end.abort(error);
    this.#current?.comparison.fail(error);
    this.#events.flush();
  }

  /** Ends and releases all; nothing can go on with the current one any more. */
  async close(): Promise<void> {
    await this.#endTrial();
    const { all } = this;
    const place = this.#place;
    this.#imported.length = 0;
    this.#current = null;
    this.#place = null;
    if (place) {
      void dropCheckpoints(place.id).catch(() => {});
      place.release();
    }
    for (const open of all) {
      open.comparison.abandon();
      await open.running;
      await open.comparison.release();
    }
  }

  #importedFolder(run: string): { adapter: AdapterFolder; configuration: Configuration } {
    const open = this.#imported.find(({ folders }) => folders.has(run));
    if (!open) throw new Error(`There is no imported run "${run}". Import its folder again.`);
    return { adapter: open.folders.get(run)!.adapter, configuration: open.configuration };
  }

  /** Rejects with an Error where what is open is not what a kept comparison was trained on. */
  async #checkSame({ configuration, rows }: KeptComparison): Promise<void> {
    const { folder } = this.#session.model;
    if (folder.source !== configuration.model) {
      throw new Error(`It was trained on ${configuration.model}, and ${folder.source} is open. Open that model first.`);
    }
    if (rows !== null && rows !== (await this.#session.trainingRows())) {
      throw new Error(
        `Its training rows were others than those that are open now. Open ${configuration.data.train} as it was, with ` +
          "the same columns and parts.",
      );
    }
  }

  /** Sets up a comparison that becomes the one on the page, kept under this id. */
  async #open(
    given: Configuration,
    folders: StartingFolders,
    id: string,
    earlier: readonly StudioEvent[] = [],
  ): Promise<OpenComparison> {
    const configuration = checkedConfiguration(given);
    await this.#session.tested();
    for (const [name, { adapter, resume }] of folders) {
      if (resume) checkSameRun(adapter, configuration.runs.find((run) => run.name === name)!, this.#session.model);
    }
    const rows = await this.#session.trainingRows();
    // Where locks are refused, tabs are not told apart, and training goes on all the same.
    const release = await claimComparison(id).catch(() => () => {});
    if (!release) throw new Error("This comparison goes on in another tab already.");
    const isOver = () => this.#current !== open || open.comparison.finished;
    const keep = newestOnly(async (kept: KeptComparison["kept"]) => {
      // The page's curves reach as far as these states before anybody can go on from them.
      this.#events.emit({ type: "keeping" });
      await this.#events.flush();
      if (!isOver()) await keepCheckpoints(id, { configuration, rows, kept });
    });
    const onCheckpoint = () => {
      if (this.#handOver) {
        this.#keeping = this.#handOver(open);
        return;
      }
      if (isOver()) return;
      // Without storage the way back after a crash is lost, which the page says; training goes on.
      keep(open.comparison.kept).then(
        () => this.#events.emit({ type: "kept", problem: null }),
        (error: unknown) => this.#events.emit({ type: "kept", problem: messageOf(error) }),
      );
    };
    let open: OpenComparison;
    try {
      open = await openComparison(this.#session, configuration, folders, { emit: this.#events.emit, onCheckpoint });
    } catch (error) {
      release();
      throw error;
    }
    this.#current = open;
    this.#place = { id, release };
    for (const event of earlier) open.add(event);
    if (configuration.data.selection) {
      for (const { name, split } of open.variants) {
        const { train } = open.divisions[split]!;
        const print = (await fingerprint(train)).slice(0, 12);
        const message = `Learns from ${countOf(train.length, "training row")} (SHA-256 ${print}).`;
        this.#events.emit({ type: "notice", run: name, message });
      }
    }
    const { steps } = open.comparison;
    for (const [name, { adapter, resume }] of folders) {
      if (!resume) continue;
      const run = configuration.runs.find((one) => one.name === name)!;
      for (const message of await notices(this.#session, adapter, run, configuration.training, steps)) {
        this.#events.emit({ type: "notice", run: name, message });
      }
    }
    return open;
  }

  /** Trains from the start, or where the runs were left. */
  #start(open: OpenComparison): Promise<void> {
    const { comparison, folders } = open;
    return this.#guard(open, async () => {
      await comparison.prepare();
      if ([...folders.values()].some(({ resume }) => resume)) await comparison.continue(true);
      else await comparison.train();
    });
  }

  /** Trains; what goes wrong ends the comparison with a named reason instead of rejecting. */
  #guard(open: OpenComparison, train: () => Promise<void>): Promise<void> {
    const { comparison } = open;
    if (this.#stopping) comparison.stop();
    open.running = train()
      .then(async () => {
        if (comparison.finished && this.#place) await dropCheckpoints(this.#place.id).catch(() => {});
      })
      .catch((error: unknown) => comparison.fail(namedError(error)))
      .then(async () => {
        await this.#keeping;
      })
      .finally(() => this.#events.flush());
    return open.running;
  }
}
