/**
 * One step of a method from the start that a fixture in the layout of `tests/fixtures/families`
 * gives: its logits and gradients against PyTorch's. Not a test itself.
 */

import { expect } from "vitest";
import type { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import type { Pooling } from "../../src/models/family";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import type { FixtureTensor } from "../fixtures/reference";
import { largestDifference, relativeDistance } from "./compare";

type Tensors = ReadonlyMap<string, FixtureTensor>;

export interface FirstStep {
  /** Largest absolute difference of the logits. */
  readonly logits: number;
  /** The largest of PyTorch's logits. */
  readonly largest: number;
  /** Largest relative distance of a trained tensor's gradient. */
  readonly gradients: number;
}

/** Batch of the fixture: ids [size · tokens], and how many of each row are real. */
function batchOf(expected: Tensors) {
  const ids = expected.get("input_ids")!;
  const mask = expected.get("attention_mask")!.data as Int32Array;
  const [batchSize, bucket] = ids.shape as [number, number];
  const lengths = Int32Array.from({ length: batchSize }, (_, row) =>
    mask.slice(row * bucket, (row + 1) * bucket).reduce((sum, bit) => sum + bit, 0),
  );
  const labels = expected.get("labels")!.data as Int32Array;
  return { batchSize, bucket, inputIds: ids.data as Int32Array, lengths, channels: { labels } };
}

/**
 * The first step of a method from a fixture's start. Every gradient must be PyTorch's to a
 * thousandth of its length.
 */
export async function firstStep(
  executor: Executor,
  model: BaseModel,
  expected: Tensors,
  plan: { method: string; options: Record<string, unknown>; classes: number; pooling: Pooling },
): Promise<FirstStep> {
  const { method, options, classes, pooling } = plan;
  const part = (kind: string) => {
    const start = `${method}.${kind}.`;
    const found = [...expected].filter(([name]) => name.startsWith(start));
    return new Map(found.map(([name, { data }]) => [name.slice(start.length), data as Float32Array]));
  };
  const batch = batchOf(expected);
  const buffers = new BatchBuffers(executor, batch.batchSize, batch.bucket, "test");
  const workspace = new Workspace(executor, "test");
  const run = new Run(
    executor,
    model,
    {
      name: method,
      ...resolveMethod(model, { name: method, method, options }, 0),
      learningRate: 1e-3,
      weightDecay: 0,
      gradClip: null,
      task: sequenceClassification,
      classes,
      pooling,
      seed: 0,
      initial: part("initial"),
    },
    new Map([[batch.bucket, buffers]]),
    workspace,
  );
  try {
    workspace.allocate();
    await run.compile();
    expect(run.trainables.map(({ name }) => name).sort()).toEqual([...part("initial").keys()].sort());
    if (method === "sk-prefix") expect(run.context.textIds).toEqual([...expected.get("text_ids")!.data]);
    buffers.upload(batch);
    await run.train(batch.bucket, 0, 1e-3);
    const wanted = expected.get(`${method}.logits`)!.data;
    const computed = new Float32Array(await executor.read(run.step(batch.bucket).logits, wanted.length * 4));
    const logits = largestDifference(computed, wanted);
    const largest = largestDifference(wanted, new Float32Array(wanted.length));
    const read = await run.parameters.readGradients();
    let gradients = 0;
    for (const [name, wanted] of part("gradient")) {
      const distance = relativeDistance(read.get(name)!, wanted);
      expect(distance, `${method}: gradient of ${name}`).toBeLessThan(1e-3);
      gradients = Math.max(gradients, distance);
    }
    return { logits, largest, gradients };
  } finally {
    await run.release();
    executor.memory.releaseOwner("test");
  }
}
