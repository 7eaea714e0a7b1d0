/**
 * The comparison that is on the page and the adapters imported beside it: how they begin, go on and
 * end.
 */

import * as z from "zod";
import { checkBase } from "../adapters/checks";
import type { AdapterFolder } from "../adapters/folder";
import { readAdapterZip } from "../adapters/read-folder";
import { type SumPart, sumLora } from "../adapters/sum-lora";
import { loraConversion } from "../folders/export";
import {
  checkLabels,
  checkScale,
  importedName,
  importedRun,
  importedScale,
  sumName,
  uniqueName,
} from "../folders/imported-run";
import { checkSameRun, continuedConfiguration } from "../folders/resumed-run";
import { checkSavedTables } from "../folders/saved-tables";
import type { MeasuredRun } from "../instruments/instrument";
import type { Pooling } from "../models/family";
import { type Configuration, configurationSchema, type RunConfiguration, trainingSchema } from "../plan/configuration";
import { peakLearningRate } from "../plan/schedule";
import { trainableOf } from "../runs/trainable-count";
import type { MetricName } from "../tasks/metrics/names";
import type { Verdict } from "../verdict/verdict";
import type { Continuation, ImportedAdapter, SumRequest } from "./api";
import { dropCheckpoints, keepCheckpoints, keptCheckpoints } from "./checkpoints";
import type { EventBatches } from "./events";
import { exportedFolder } from "./export-run";
import { named } from "./failures";
import type { Folders } from "./folders";
import { judge } from "./judge";
import { notices, type OpenComparison, openComparison, type StartingFolders, startingFolders } from "./open-comparison";
import type { Opened } from "./opened";

export class Comparisons {
  readonly #opened: Opened;
  readonly #folders: Folders;
  readonly #events: EventBatches;
  readonly #imported: OpenComparison[] = [];
  #current: OpenComparison | null = null;
  /** Somebody has asked for an end, perhaps before there was anything to end. */
  #stopping = false;

  constructor(opened: Opened, folders: Folders, events: EventBatches) {
    this.#opened = opened;
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
   * Ends all others and trains; what goes wrong while training ends the runs with a reason, and
   * does not reject.
   */
  async compare(configuration: Configuration): Promise<void> {
    this.#stopping = false;
    await this.close();
    await this.#start(
      await this.#open(configuration, await startingFolders(this.#opened, this.#folders, configuration)),
    );
  }

  async continuation(run: string, more: number, training: Configuration["training"]): Promise<Continuation> {
    const { adapter, configuration } = this.#importedFolder(run);
    const plan = configuration.runs[0]!;
    const { settings, dataset } = this.#opened.data.data;
    // The data may be others than those it was imported beside.
    checkLabels(adapter, settings.task, dataset.labels);
    checkScale(run, importedScale(adapter), dataset.scale);
    const { model, precision } = configuration;
    const place = { ...this.#opened.configuredOnce, model, precision, run: plan };
    const continued = continuedConfiguration(
      adapter,
      place,
      z.int().min(1).parse(more),
      trainingSchema.parse(training),
    );
    return {
      configuration: continued,
      from: adapter.state?.facts.step ?? 0,
      learningRate: peakLearningRate(plan, continued.training, this.#opened.model),
      notices: await notices(this.#opened, adapter, plan, continued.training, continued.training.steps!),
    };
  }

  async continueImported(run: string, more: number, training: Configuration["training"]): Promise<void> {
    this.#stopping = false;
    const { configuration } = await this.continuation(run, more, training);
    const { adapter } = this.#importedFolder(run);
    await this.close();
    await this.#start(await this.#open(configuration, new Map([[run, { adapter, resume: true }]])));
  }

  pause(): void {
    this.#current?.comparison.pause();
  }

  resume(): void {
    this.#current?.comparison.resume();
  }

  stop(): void {
    this.#stopping = true;
    this.#current?.comparison.stop();
  }

  /**
   * Goes on with what was stopped, or with what the browser kept of a comparison that broke off.
   */
  async continue(): Promise<void> {
    this.#stopping = false;
    if (this.#current) {
      const open = this.#current;
      // What has failed may still be within a pass.
      await open.running;
      return this.#guard(open, () => open.comparison.continue());
    }
    const kept = await keptCheckpoints();
    if (!kept) throw new Error("There is no comparison to continue.");
    const open = await this.#open(kept.configuration, new Map());
    for (const [run, checkpoint] of kept.checkpoints) open.comparison.adopt(run, checkpoint);
    await this.#guard(open, async () => {
      await open.comparison.prepare();
      await open.comparison.continue();
    });
  }

  /** Evaluates an adapter folder beside what is there, as a run of its own. */
  async importAdapter(file: File): Promise<ImportedAdapter> {
    const opened = this.#opened;
    const adapter = await readAdapterZip(file);
    const base = opened.model.folder.name;
    checkBase(adapter, base);
    await checkSavedTables(adapter, opened.model.folder);
    const { settings, dataset } = opened.data.data;
    checkLabels(adapter, settings.task, dataset.labels);
    const { run, pooling } = importedRun(adapter, file.name.replace(/\.zip$/i, ""));
    return this.#beside(adapter, { ...run, name: importedName(run.name) }, pooling);
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
      summed.push({ name: run, weight, adapter: await exportedFolder(this.#opened, open[index]!, run, conversion) });
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
    if (!this.#current) throw new Error("There is no comparison to judge.");
    const beside = this.#imported.flatMap(({ comparison }) => comparison.runNames);
    return judge(this.#current, this.#opened.model, { metric, beside });
  }

  /** A run as instruments are given it. Throws an Error if there is none. */
  measuredRun(name: string): MeasuredRun {
    const { comparison, configuration, data: first, divisions, history, variants } = this.of(name);
    const { train, validation, validationTexts } = divisions[variants.find((one) => one.name === name)!.split]!;
    const data = { ...first, train, validation, validationTexts };
    const { executor, model } = this.#opened;
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
    const opened = this.#opened;
    const name = uniqueName(
      given.name,
      this.all.flatMap(({ comparison }) => comparison.runNames),
    );
    const run = { ...given, name };
    const training = trainingSchema.parse({ pooling, steps: 1 });
    const open = await openComparison(
      opened,
      { ...opened.configuredOnce, training, runs: [run] },
      new Map([[name, { adapter, resume: false }]]),
      {
        // Its states are not those of the comparison that is on the page.
        emit: (event) => {
          if (event.type === "progress") this.#events.emit(event);
        },
      },
      importedScale(adapter),
    );
    try {
      await open.comparison.prepare();
      await open.comparison.evaluate();
    } catch (error) {
      await open.comparison.release();
      throw error;
    }
    this.#imported.push(open);
    const { step, steps } = adapter.state?.facts ?? { step: null, steps: null };
    const { tunedSetup, trainables } = open.comparison.run(name);
    return {
      ...{ run: name, method: run.method, base: opened.model.folder.name, configuration: run, step, steps },
      summed,
      trainable: trainableOf(tunedSetup, trainables, opened.model),
      evaluation: open.evaluations.findLast(({ split }) => split === "validation") ?? null,
    };
  }

  /** Ends what is training with this reason; adapters of the last evaluation stay. */
  fail(error: Error): void {
    this.#current?.comparison.fail(error);
    this.#events.flush();
  }

  /** Ends and releases all. */
  async close(): Promise<void> {
    const { all } = this;
    this.#imported.length = 0;
    this.#current = null;
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

  /** Sets up a comparison that becomes the one on the page. */
  async #open(given: Configuration, folders: StartingFolders): Promise<OpenComparison> {
    const configuration = configurationSchema.parse(given);
    await this.#opened.tested();
    for (const [name, { adapter, resume }] of folders) {
      if (resume) checkSameRun(adapter, configuration.runs.find((run) => run.name === name)!, this.#opened.model);
    }
    const open = await openComparison(this.#opened, configuration, folders, {
      emit: this.#events.emit,
      onCheckpoint: (checkpoints) => {
        // A browser without storage loses only the way back after a crash.
        keepCheckpoints({ configuration, checkpoints }).catch(() => {});
      },
    });
    this.#current = open;
    const { steps } = open.comparison;
    for (const [name, { adapter, resume }] of folders) {
      if (!resume) continue;
      const run = configuration.runs.find((one) => one.name === name)!;
      for (const message of await notices(this.#opened, adapter, run, configuration.training, steps)) {
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
        if (comparison.finished) await dropCheckpoints().catch(() => {});
      })
      .catch((error: unknown) => comparison.fail(named(error)))
      .finally(() => this.#events.flush());
    return open.running;
  }
}
