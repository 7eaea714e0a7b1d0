/**
 * SK-Prefix's and LoRA's logits and gradients in every family against torch, on the tiny models: on the processor all of them, on the
 * graphics device every family once. Every position's hidden state is in `tests/unit/models/hidden-states.test.ts`.
 */

import { describe, expect, test } from "vitest";
import type { Executor } from "../../src/executors/executor";
import { methodOf } from "../../src/methods/registry";
import type { Pooling } from "../../src/models/family";
import { families, familyOf } from "../../src/models/registry";
import { BaseModel } from "../../src/training/base-model";
import { BatchBuffers } from "../../src/training/batch-buffers";
import { parseOptions, Run } from "../../src/training/run";
import { Workspace } from "../../src/training/workspace";
import { familyRig, familyRigs, fixtureJson } from "../fixtures/reference";
import { referenceCases } from "../fixtures/reference-cases";
import { largestDifference, relativeDistance } from "./compare";
import { onProcessor, testExecutor } from "./executor";
import { publish } from "./measured";

type Tensors = Awaited<ReturnType<ReturnType<typeof familyRig>["tensors"]>>;

const METHODS = ["sk-prefix", "lora"] as const;

/** The rig of a family that differs most from others, and the method that the graphics device trains on it. */
const device: Record<string, (typeof METHODS)[number]> = {
  "tiny-qwen3": "lora",
  "tiny-opt": "lora",
  "tiny-gpt-neox": "sk-prefix",
  "tiny-phi": "lora",
  "tiny-phi3-longrope": "sk-prefix",
  "tiny-falcon-alibi": "sk-prefix",
  "tiny-bloom-bare": "lora",
  "tiny-gemma2": "sk-prefix",
  "tiny-distilbert": "lora",
  "tiny-modernbert": "sk-prefix",
};

test("the graphics device trains every family once", async () => {
  const rigs = Object.entries(referenceCases).filter(([, cases]) => Object.values(cases).some(({ device }) => device));
  const known = rigs.map(([rig]) => fixtureJson(`models/${rig}/config.json`));
  const own = Object.keys(device).map((rig) => familyRig(rig).config());
  const trained = (await Promise.all([...known, ...own])).map((config) => familyOf(config));
  expect(new Set(trained)).toEqual(new Set(families));
});

describe.each(onProcessor ? familyRigs : Object.keys(device))("%s", (rig) => {
  test("logits and gradients are PyTorch's", async (context) => {
    const { folder, config, described, tensors } = familyRig(rig);
    const executor = await testExecutor();
    const model = await BaseModel.load(executor, folder);
    try {
      const [expected, { text, classes, pooling, lora }] = [await tensors(), await described()];
      const modelType = String((await config()).model_type);
      for (const method of onProcessor ? METHODS : [device[rig]!]) {
        const options = method === "lora" ? lora : { text };
        const measured = await firstStep(executor, model, expected, { method, options, classes, pooling });
        publish(context, { rig, modelType, method, name: method, ...measured });
      }
    } finally {
      model.release();
    }
  });
});

/** Batch of the fixture: ids [size · tokens], and how many of each row are real. */
function batchOf(expected: Tensors) {
  const ids = expected.get("input_ids")!;
  const mask = expected.get("attention_mask")!.data as Int32Array;
  const [batchSize, bucket] = ids.shape as [number, number];
  const lengths = Int32Array.from({ length: batchSize }, (_, row) =>
    mask.slice(row * bucket, (row + 1) * bucket).reduce((sum, bit) => sum + bit, 0),
  );
  const labels = expected.get("labels")!.data as Int32Array;
  return { batchSize, bucket, inputIds: ids.data as Int32Array, lengths, labels };
}

/** Logits and gradients of a method's first step; both must be PyTorch's. */
async function firstStep(
  executor: Executor,
  model: BaseModel,
  expected: Tensors,
  plan: { method: string; options: Record<string, unknown>; classes: number; pooling: Pooling },
): Promise<{ logits: number; gradients: number }> {
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
      method: methodOf(method),
      options: parseOptions(model, { name: method, method, options }),
      learningRate: 1e-3,
      weightDecay: 0,
      gradClip: null,
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
    expect(logits, `${method}: logits`).toBeLessThan(1e-4);
    const read = await run.parameters.readGradients();
    let gradients = 0;
    for (const [name, wanted] of part("gradient")) {
      const distance = relativeDistance(read.get(name)!, wanted);
      expect(distance, `${method}: gradient of ${name}`).toBeLessThan(1e-3);
      gradients = Math.max(gradients, distance);
    }
    return { logits, gradients };
  } finally {
    await run.release();
    executor.memory.releaseOwner("test");
  }
}
