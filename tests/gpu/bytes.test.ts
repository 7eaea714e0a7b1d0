/**
 * Bytes shown are the device's: what is counted, what the buffers made come to, and what was
 * estimated before agree.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { estimate } from "../../src/estimate/estimate";
import { BYTE_CATEGORIES } from "../../src/executors/bytes";
import type { Executor } from "../../src/executors/executor";
import { openDevice } from "../../src/executors/webgpu/device";
import { WebgpuExecutor } from "../../src/executors/webgpu/executor";
import { trainingSchema } from "../../src/plan/configuration";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fixtureModel } from "../fixtures/reference";
import { limited } from "../training/limited";
import { createComparison, tinyData, tinyRows } from "../training/tiny-comparison";

const text = "Classify the text";
const cases = [
  [
    "tiny-llama",
    4,
    [16, 8],
    [{ method: "sk-prefix", options: { text } }, { method: "lora" }, { method: "linear-probe" }],
    2 ** 30,
  ],
  ["tiny-gpt2", 3, [31], [{ method: "dora" }, { method: "adapter-houlsby" }, { method: "adalora" }], 2 ** 30],
  // Matrices in parts.
  ["tiny-gpt2", 2, [16], [{ method: "lora" }], 20_000],
] as const;

/** Every live buffer of the device, whoever made it: an account of its own, beside the studio's. */
const live = new Map<GPUBuffer, number>();
let executor: WebgpuExecutor;

beforeAll(async () => {
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.set(buffer, buffer.size);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    live.delete(this);
    return destroy.call(this);
  };
  // A device of its own, since the shared one was opened before.
  const opened = await openDevice();
  if (!("device" in opened)) throw new Error(opened.message);
  executor = new WebgpuExecutor(opened.device, { software: opened.software });
  return () => {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
    opened.device.destroy();
  };
});

describe.each(cases)("%s, batches of %i", (rig, batchSize, lengths, plans, allowedBuffer) => {
  let model: BaseModel;
  let small: Executor;
  beforeAll(async () => {
    small = limited(executor, allowedBuffer);
    model = await BaseModel.load(small, fixtureModel(rig));
    return () => model.release();
  });

  test("the categories are the buffers made, and the estimate is within 5 % of both", async () => {
    const rows = await tinyRows(model, [...lengths, ...lengths, ...lengths, ...lengths, ...lengths]);
    const validation = rows.slice(0, 3);
    const data = tinyData(rows, validation, lengths[0]);
    const runs = plans.map((plan) => ({ options: {}, ...plan, name: plan.method }));
    const training = trainingSchema.parse({ batchSize, steps: 3, evalEvery: 1000 });
    const lengthsOf = (examples: typeof rows) => examples.map(({ ids }) => ids.length);
    const estimated = estimate({
      model,
      task: sequenceClassification,
      classes: data.labels.length,
      trainLengths: lengthsOf(rows),
      validationLengths: lengthsOf(validation),
      maxLength: lengths[0],
      training,
      runs,
      allowedBuffer,
    });
    const { comparison } = createComparison(small, model, { data, runs, training });
    try {
      await comparison.prepare();
      await comparison.train();
      const counted = executor.memory.bytes();
      expect(BYTE_CATEGORIES.reduce((sum, name) => sum + counted[name], 0)).toBe(counted.total);
      const made = [...live.values()].reduce((sum, bytes) => sum + bytes, 0);
      const { total } = counted;
      expect(made).toBe(total);
      expect(Math.abs(estimated.total.total / total - 1), `${estimated.total.total} for ${total}`).toBeLessThan(0.05);
      for (const name of ["weights", "activations", "cache"] as const) {
        expect(Math.abs(estimated.total[name] - counted[name]) / total, name).toBeLessThan(0.01);
      }
      for (const { run, bytes } of estimated.runs) {
        const own = comparison.run(run).memoryBytes;
        for (const name of ["adapter", "gradients", "optimizer", "activations", "cache"] as const) {
          expect(Math.abs(own[name] - bytes[name]), `${name} of ${run}`).toBeLessThan(0.02 * bytes[name] + 256);
        }
      }
    } finally {
      await comparison.release();
    }
  });
});
