/**
 * What is open: what is computed on, a base model, rows. Everything the studio does goes by these
 * three.
 */

import type { BaseModel } from "../base/base-model";
import { selfTest } from "../base/self-test";
import { type Channel, readChannel } from "../data/channels";
import { shownText } from "../data/examples";
import { fingerprint } from "../data/fingerprint";
import type { EncodedRow, TokenizedExample } from "../data/tokens";
import type { EstimateInput } from "../estimate/estimate";
import type { Executor } from "../executors/executor";
import { readConfig } from "../hub/config";
import type { ModelFolder } from "../hub/types";
import type { ModelFacts } from "../methods/method";
import { familyOf } from "../models/registry";
import type { Configuration } from "../plan/configuration";
import { dataConfiguration } from "../plan/data-configuration";
import { shortened } from "../plan/found-rate";
import { type ComparisonData, type DividedRows, inputChannels, isWeighed } from "../runs/rows";
import { tasks } from "../tasks/registry";
import type { Task } from "../tasks/task";
import type { DeviceChoice, DeviceReport } from "./api";
import type { DatasetStore } from "./dataset-store";
import { type DeviceListener, Devices } from "./devices";

export class StudioSession {
  readonly data: DatasetStore;
  readonly #devices = new Devices();
  /** Executors that have passed the self-test. */
  readonly #tested = new Map<Executor, Promise<void>>();
  #model: BaseModel | null = null;
  /** Of training rows that were asked for: reading them all takes a while. */
  readonly #prints = new WeakMap<readonly TokenizedExample[], Promise<string>>();

  constructor(data: DatasetStore) {
    this.data = data;
  }

  openDevice(choice: DeviceChoice, listener: DeviceListener): Promise<DeviceReport> {
    return this.#devices.open(choice, listener);
  }

  /** What is computed on, and what else could be. */
  get device(): DeviceReport {
    return this.#devices.report;
  }

  /** Throws an Error with what keeps the device from being used. */
  get executor(): Executor {
    return this.#devices.executor;
  }

  /** Once an executor. Rejects with an Error if it computes wrongly. */
  tested(): Promise<void> {
    const { executor } = this;
    let tested = this.#tested.get(executor);
    if (!tested) {
      tested = selfTest(executor);
      this.#tested.set(executor, tested);
      // For want of memory, perhaps: the next comparison tries again.
      tested.catch(() => this.#tested.delete(executor));
    }
    return tested;
  }

  /**
   * Takes what computes this model fastest, where that is left to the studio. Resolves to whether
   * it changed.
   */
  async decideDevice(folder: ModelFolder): Promise<boolean> {
    const json = await readConfig(folder);
    const family = familyOf(json);
    return this.#devices.decide(family, family.readConfig(json));
  }

  /**
   * Bytes that a model which is not open yet may take with all else, on whatever would compute it;
   * infinite where nobody tells.
   */
  get reach(): number {
    return this.#devices.reach;
  }

  /** What an estimate has to know of the executor. */
  get limits(): Pick<EstimateInput, "allowedBuffer" | "capacity" | "costs"> {
    const { largestBuffer, capacity, costs } = this.executor;
    return { allowedBuffer: largestBuffer, capacity, costs };
  }

  get hasModel(): boolean {
    return this.#model !== null;
  }

  /** Throws an Error if none is open. */
  get model(): BaseModel {
    if (!this.#model) throw new Error("No base model is open.");
    return this.#model;
  }

  /** Lets the open model go. */
  closeModel(): void {
    this.#model?.release();
    this.#model = null;
  }

  /** Replaces the open model, which is released. */
  async setModel(model: BaseModel): Promise<void> {
    this.#model?.release();
    this.#model = model;
    await this.data.setTokenizer(model.tokenizer);
  }

  /** What an estimate of a model has to know of the open rows. */
  asked(model: Pick<ModelFacts, "family" | "config">): {
    readonly task: Task;
    readonly classes: number;
    readonly labels: readonly string[];
    readonly inputs: readonly Channel[];
    readonly weighed: boolean;
    readonly maxLength: number;
  } {
    const { dataset, settings, trainTokens, validationTokens, testTokens } = this.data.data;
    const { labels } = dataset;
    const hasAny = (rows: readonly EncodedRow[], channel: Channel) => rows.some((row) => readChannel(row, channel));
    const parts = [trainTokens, validationTokens, testTokens];
    const inputs = inputChannels(model, (channel) => parts.some((rows) => hasAny(rows, channel)));
    const weighed = isWeighed(trainTokens);
    const { task, maxLength } = settings;
    return { task: tasks[task], classes: labels.length, labels, inputs, weighed, maxLength };
  }

  /** The open rows as a comparison reads them. */
  get comparisonData(): ComparisonData {
    const { dataset, settings } = this.data.data;
    const { train, validation, validationTexts } = this.divisions[0]!;
    return {
      task: settings.task,
      labels: dataset.labels,
      scale: dataset.scale,
      ...{ train, validation, validationTexts },
      maxLength: settings.maxLength,
    };
  }

  /** The training rows' fingerprint, as found rates have it. */
  trainingRows(): Promise<string> {
    const { trainTokens } = this.data.data;
    const known = this.#prints.get(trainTokens) ?? fingerprint(trainTokens).then(shortened);
    this.#prints.set(trainTokens, known);
    return known;
  }

  /** The open rows in their parts, once for every fold or repeat. */
  get divisions(): readonly DividedRows[] {
    const { dataset, divisions } = this.data.data;
    return divisions.map((parts, index) => {
      const { validation, test } = dataset.divisions[index]!;
      return { ...parts, validationTexts: validation.map(shownText), testTexts: test.map(shownText) };
    });
  }

  /** As `configured`, for a run that knows one division of the rows only: the first. */
  get configuredOnce(): Pick<Configuration, "model" | "precision" | "data"> {
    const { data: configured, ...others } = this.configured;
    // Rows that are chosen are the comparison's alone.
    const { selection: _, ...data } = configured;
    const { test } = data;
    const once = test === null || typeof test !== "object" ? test : "folds" in test ? 1 / test.folds : test.fraction;
    return { ...others, data: { ...data, test: once } };
  }

  /** Model and rows as a configuration names them. */
  get configured(): Pick<Configuration, "model" | "precision" | "data"> {
    const { folder, precision } = this.model;
    return { model: folder.source, precision, data: dataConfiguration(this.data.data) };
  }
}
