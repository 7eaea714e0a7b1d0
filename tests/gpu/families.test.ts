/** Every family's hidden states, and SK-Prefix's and LoRA's logits and gradients, against torch on the tiny models. */

import { describe, expect, test } from "vitest";
import { writeGraph } from "../../src/forward/graph";
import { readBuffer } from "../../src/gpu/readback";
import { methodOf } from "../../src/methods/registry";
import type { Pooling } from "../../src/models/family";
import { Program } from "../../src/program/program";
import { type Tensor, tensorBytes } from "../../src/program/tensor";
import { BaseModel } from "../../src/training/base-model";
import { BatchBuffers } from "../../src/training/batch-buffers";
import type { Engine } from "../../src/training/engine";
import { parseOptions, Run } from "../../src/training/run";
import { Workspace } from "../../src/training/workspace";
import { familyRig, familyRigs } from "../fixtures/reference";
import { largestDifference, relativeDistance } from "./compare";
import { testEngine } from "./engine";
import { publish } from "./measured";

type Tensors = Awaited<ReturnType<ReturnType<typeof familyRig>["tensors"]>>;

describe.each(familyRigs)("%s", (rig) => {
  test("hidden states, logits and gradients are PyTorch's", async (context) => {
    const { folder, config, described, tensors } = familyRig(rig);
    const engine = await testEngine();
    const model = await BaseModel.load(engine, folder);
    try {
      const [expected, { text, classes, pooling, lora }] = [await tensors(), await described()];
      const modelType = String((await config()).model_type);
      const hidden = await hiddenDifference(engine, model, expected);
      expect(hidden, "hidden states").toBeLessThan(1e-4);
      for (const [method, options] of [
        ["sk-prefix", { text }],
        ["lora", lora],
      ]) {
        const { logits, gradients } = await firstStep(engine, model, expected, { method, options, classes, pooling });
        publish(context, { rig, modelType, method, name: method, logits: Math.max(hidden, logits), gradients });
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
  return { batchSize, bucket, inputIds: ids.data as Int32Array, mask, lengths, labels };
}

/** Largest difference of the last hidden states at real tokens. */
async function hiddenDifference(engine: Engine, model: BaseModel, expected: Tensors): Promise<number> {
  const { batchSize: size, bucket: tokens, inputIds, mask, lengths: real } = batchOf(expected);
  const program = new Program();
  const ids = program.constant("ids", [size * tokens], () => inputIds, "int32");
  const lengths = program.constant("lengths", [size], () => real, "int32");
  const { hidden } = model.family.build(program, model.config, ids, { size, tokens, lengths }, {});
  const output = engine.memory.allocate(tensorBytes(hidden), { label: "hidden", category: "runtime", owner: "test" });
  try {
    const buffer = (tensor: Tensor) => (tensor === hidden ? output : model.buffer(tensor));
    const session = await engine.runtime.session(writeGraph(program, [hidden]), buffer);
    await session.run();
    const computed = new Float32Array(await readBuffer(engine.device, output, tensorBytes(hidden)));
    await session.release();
    const real = (values: ArrayLike<number>) =>
      Array.from(values).filter((_, index) => mask[Math.floor(index / hidden.shape[1]!)] === 1);
    return largestDifference(real(computed), real(expected.get("hidden")!.data));
  } finally {
    engine.memory.releaseOwner("test");
  }
}

/** Logits and gradients of a method's first step; both must be PyTorch's. */
async function firstStep(
  engine: Engine,
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
  const buffers = new BatchBuffers(engine, batch.batchSize, batch.bucket, "test");
  const workspace = new Workspace(engine, "test");
  const run = new Run(
    engine,
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
    const computed = new Float32Array(
      await readBuffer(engine.device, run.step(batch.bucket).logits, wanted.length * 4),
    );
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
    engine.memory.releaseOwner("test");
  }
}
