/** What is open: the GPU device, a base model, rows. Everything the studio does goes by these three. */

import type { Executor } from "../executors/executor";
import { type OpenedDevice, openDevice } from "../executors/webgpu/device";
import { WebgpuExecutor } from "../executors/webgpu/executor";
import { tasks } from "../tasks/registry";
import type { Task } from "../tasks/task";
import type { BaseModel } from "../training/base-model";
import type { ComparisonData } from "../training/comparison-setup";
import type { Configuration } from "../training/configuration";
import { selfTest } from "../training/self-test";
import type { DeviceReport } from "./api";
import type { DatasetStore } from "./dataset-store";
import { describeGpuError } from "./failures";

/** Who is told when the device breaks. */
interface DeviceListener {
  broken(error: Error): void;
  lost(reason: string): void;
}

export class Opened {
  readonly data: DatasetStore;
  #device: OpenedDevice | null = null;
  #executor: Executor | null = null;
  #tested: Promise<void> | null = null;
  #model: BaseModel | null = null;

  constructor(data: DatasetStore) {
    this.data = data;
  }

  async openDevice(listener: DeviceListener): Promise<DeviceReport> {
    this.#device ??= await openDevice();
    const opened = this.#device;
    if (!("device" in opened)) {
      return { ...opened, limits: { maxBufferSize: 0, maxStorageBufferBindingSize: 0 }, features: [] };
    }
    const { device, software, status, message, adapter, limits, features } = opened;
    if (!this.#executor) {
      this.#executor = new WebgpuExecutor(device, { software });
      device.addEventListener("uncapturederror", ({ error }) => listener.broken(describeGpuError(error)));
      void device.lost.then(({ message: reason }) => listener.lost(reason || "the browser gave no reason"));
      // Fetched while the person looks at the data; whoever needs it first reports a failure.
      this.#executor.load().catch(() => {});
    }
    return { status, message, adapter: { ...adapter }, limits: { ...limits }, features: [...features] };
  }

  /** Of the device that is open; null without one. */
  get adapter() {
    return this.#device && "adapter" in this.#device ? this.#device.adapter : null;
  }

  /** Throws an Error with what keeps the device from being used. */
  get executor(): Executor {
    if (!this.#executor) throw new Error(this.#device?.message || "The GPU device is not open yet.");
    return this.#executor;
  }

  /** Once a device. Rejects with an Error if the device computes wrongly. */
  tested(): Promise<void> {
    this.#tested ??= selfTest(this.executor);
    return this.#tested;
  }

  /** Bytes that one buffer may have. */
  get allowedBuffer(): number {
    return this.executor.largestBuffer;
  }

  get hasModel(): boolean {
    return this.#model !== null;
  }

  /** Throws an Error if none is open. */
  get model(): BaseModel {
    if (!this.#model) throw new Error("No base model is open.");
    return this.#model;
  }

  /** Replaces the open model, which is released. */
  async setModel(model: BaseModel): Promise<void> {
    this.#model?.release();
    this.#model = model;
    await this.data.setTokenizer(model.tokenizer);
  }

  /** What an estimate has to know of the open rows. */
  get asked(): {
    readonly task: Task;
    readonly classes: number;
    readonly labels: readonly string[];
    readonly maxLength: number;
  } {
    const { dataset, settings } = this.data.data;
    const { labels } = dataset;
    return { task: tasks[settings.task], classes: labels.length, labels, maxLength: settings.maxLength };
  }

  /** The open rows as a comparison reads them. */
  get comparisonData(): ComparisonData {
    const { dataset, trainTokens, validationTokens, settings } = this.data.data;
    return {
      task: settings.task,
      labels: dataset.labels,
      scale: dataset.scale,
      train: trainTokens,
      validation: validationTokens,
      validationTexts: dataset.validation.map(({ text, textPair }) =>
        textPair === null ? text : `${text} | ${textPair}`,
      ),
      maxLength: settings.maxLength,
    };
  }

  /** Model and rows as a configuration names them. */
  get configured(): Pick<Configuration, "model" | "precision" | "data"> {
    const { train, validation, settings } = this.data.data;
    const { task, columns, maxLength, validationFraction } = settings;
    const { folder, precision } = this.model;
    return {
      model: folder.source,
      precision,
      data: { task, train: train.file, validation: validation?.file ?? validationFraction, columns, maxLength },
    };
  }
}
