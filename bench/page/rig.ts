/**
 * What every measurement works with: the executor, the bundled model, and token ids drawn by seed.
 */

import { BaseModel } from "../../src/base/base-model";
import { createBatchArrays, fillBatch } from "../../src/data/batches";
import { Random } from "../../src/data/random";
import type { TokenizedExample } from "../../src/data/tokens";
import { openDevice } from "../../src/executors/webgpu/device";
import { WebgpuExecutor } from "../../src/executors/webgpu/executor";
import { BundledModels } from "../../src/hub/bundled";
import type { ModelFolder } from "../../src/hub/types";
import type { BatchBuffers } from "../../src/runs/batch-buffers";

export const MODEL = "tiny-base";
export const CLASSES = 2;

export interface Rig {
  readonly executor: WebgpuExecutor;
  readonly model: BaseModel;
  readonly folder: ModelFolder;
  readonly software: boolean;
  readonly description: string;
  /** Counts of buffers made on the device so far. */
  readonly created: { ours: number; onnxruntime: number };
}

/** Opens device and model. Throws what the studio's page would show where WebGPU cannot be used. */
export async function openRig(): Promise<Rig> {
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  const { device, software, adapter } = opened;
  const created = countBuffers(device);
  const executor = new WebgpuExecutor(device, { software });
  created.watchOthers();
  const bundled = new BundledModels(new URL("/models/", location.href), null);
  const folder = await bundled.glance(MODEL);
  const model = await BaseModel.load(executor, folder);
  const { vendor, architecture, description } = adapter;
  const described = [vendor, architecture, description].filter(Boolean).join(" ");
  return { executor, model, folder, software, description: described, created: created.counts };
}

/**
 * Counts who makes buffers. The executor's memory keeps the device's own function; everybody else
 * calls the one it puts in its place, onnxruntime without a label and our readback with one.
 */
function countBuffers(device: GPUDevice): { counts: Rig["created"]; watchOthers: () => void } {
  const counts = { ours: 0, onnxruntime: 0 };
  const own = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    counts.ours++;
    return own(descriptor);
  };
  return {
    counts,
    watchOthers: () => {
      const observed = device.createBuffer;
      device.createBuffer = (descriptor) => {
        if (!descriptor.label) {
          counts.ours--;
          counts.onnxruntime++;
        }
        return observed(descriptor);
      };
    },
  };
}

/**
 * Rows of exactly `tokens` tokens; the ids are drawn from the vocabulary, the classes take turns.
 */
export function drawExamples(model: BaseModel, rows: number, tokens: number): TokenizedExample[] {
  const random = new Random(0, "benchmark");
  return Array.from({ length: rows }, (_, row) => ({
    row,
    ids: Int32Array.from({ length: tokens }, () => random.integer(model.config.vocabulary)),
    labels: Int32Array.of(row % CLASSES),
    fullLength: tokens,
    truncated: false,
  }));
}

/** Fills a batch with such rows. */
export function fillWithExamples(model: BaseModel, buffers: BatchBuffers): void {
  const { size, tokens } = buffers;
  const arrays = createBatchArrays(size, tokens);
  const batch = { rows: Array.from({ length: size }, (_, row) => row), bucket: tokens };
  fillBatch(drawExamples(model, size, tokens), batch, model.tokenizer.padId ?? 0, arrays);
  buffers.upload(arrays);
}
