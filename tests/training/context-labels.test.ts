/**
 * CPT for language modelling: its loss on the examples' labels, gradient and next loss are PEFT's.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { tokenLabels } from "../../src/data/channels";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { tasks } from "../../src/tasks/registry";
import { fixtureJson, fixtureModel, fixtureTensors } from "../fixtures/reference";
import { relativeDistance } from "./compare";
import { testExecutor } from "./executor";

test("cpt for language modelling: losses and gradient are PEFT's", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const path = "cases/tiny-llama/cpt-causal-lm";
  const [tensors, described] = [await fixtureTensors(`${path}.safetensors`), await fixtureJson(`${path}.json`)];
  const { text, epsilon, decay, learningRate } = described;
  const task = tasks["causal-lm"];
  const given = [0, 1].map((index) => {
    const tensor = (name: string) => tensors.get(`batch.${index}.${name}`)!;
    const [size, tokens] = tensor("input_ids").shape as [number, number];
    const mask = tensor("attention_mask").data as Int32Array;
    const real = Array.from({ length: size }, (_, row) => mask.subarray(row * tokens, (row + 1) * tokens));
    const lengths = Int32Array.from(real, (bits) => bits.reduce((sum, bit) => sum + bit, 0));
    const [inputIds, labels] = ["input_ids", "labels"].map((name) => tensor(name).data as Int32Array) as [
      Int32Array,
      Int32Array,
    ];
    return { batchSize: size, bucket: tokens, inputIds, lengths, channels: { labels } };
  });
  const buffers = new Map(
    given.map(({ bucket, batchSize }) => [
      bucket,
      new BatchBuffers(executor, batchSize, bucket, "test", [tokenLabels]),
    ]),
  );
  const workspace = new Workspace(executor, "test");
  const plan = { name: "cpt", method: "cpt", options: { text, epsilon, decay } };
  const setup = {
    name: "cpt",
    ...resolveMethod(model, plan, 0),
    learningRate,
    weightDecay: 0,
    gradClip: null,
    task,
    classes: 0,
  };
  const run = new Run(executor, model, { ...setup, pooling: "last", seed: 0, steps: 20 }, buffers, workspace);
  workspace.allocate();
  await run.compile();
  expect(run.context.textIds).toEqual([...tensors.get("context.input_ids")!.data]);
  expect(run.hasPenalty).toBe(true);
  const contextCount = run.context.lockedIds!.filter(Boolean).length;
  for (const [step, batch] of given.entries()) {
    buffers.get(batch.bucket)!.upload(batch);
    await run.train(batch.bucket, step, learningRate);
    const [own, , context] = new Float32Array(await executor.read(run.stepFigures, 12));
    const labelled = batch.channels.labels.filter((label) => label >= 0).length;
    const after = batch.batchSize * contextCount;
    const loss = (own! * labelled + context! * after) / (labelled + after);
    expect(Math.abs(loss / described.lossTrace[step] - 1), `loss before update ${step}`).toBeLessThan(1e-4);
    if (step > 0) continue;
    const gradient = (await run.parameters.readGradients()).get("delta_embedding.weight")!;
    expect(relativeDistance(gradient, tensors.get("gradient.delta_embedding.weight")!.data)).toBeLessThan(1e-3);
  }
  await run.release();
  executor.memory.releaseOwner("test");
  model.release();
});
