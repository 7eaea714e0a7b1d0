/**
 * A channel of weights through the buffers of a batch and a whole step; the arithmetic is in
 * `tests/unit/tasks/weights.test.ts`.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Channel } from "../../src/data/channels";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { classLoss, rowHead } from "../../src/tasks/heads";
import { tasks } from "../../src/tasks/registry";
import { type Task, taskChannels } from "../../src/tasks/task";
import { fixtureModel } from "../fixtures/reference";
import { relativeDistance } from "./compare";
import { testExecutor } from "./executor";
import { tinyRows } from "./tiny-comparison";

const weights: Channel = { name: "weights", type: "float32", perToken: false, width: 1, filler: 0 };

const weighted: Task = {
  ...tasks["sequence-classification"],
  targets: () => [weights],
  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: classLoss(output, { weights: { channel: "weights", span: 1 } }) };
  },
};

test("a loss is the weighted mean of its rows, and a row of weight 0 is as one without a label", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const [size, tokens, classes] = [4, 8, 5];
  const batch = new BatchBuffers(executor, size, tokens, "test", taskChannels(weighted, classes));
  const workspace = new Workspace(executor, "test");
  const run = new Run(
    executor,
    model,
    {
      name: "weighted",
      owner: "test",
      task: weighted,
      classes,
      pooling: "last",
      seed: 0,
      learningRate: 0,
      weightDecay: 0,
      gradClip: null,
      ...resolveMethod(model, { name: "weighted", method: "lora", options: {} }, 0),
    },
    new Map([[tokens, batch]]),
    workspace,
  );
  workspace.allocate();
  await run.compile();
  const rows = await tinyRows(model, Array<number>(size).fill(tokens));
  const inputIds = Int32Array.from(rows.flatMap(({ ids }) => [...ids]));
  const labels = Int32Array.from(rows, (_, row) => row);
  const step = async (own: readonly number[], given: Int32Array) => {
    const channels = { labels: given, weights: Float32Array.from(own) };
    batch.upload({ inputIds, lengths: new Int32Array(size).fill(tokens), channels });
    await run.train(tokens, 0, 0);
    const losses = new Float32Array(await executor.read(run.step(tokens).losses, size * 4));
    const [loss] = new Float32Array(await executor.read(run.stepFigures, 4));
    return { losses, loss: loss!, gradients: await run.parameters.readGradients() };
  };
  const mixed = [0.5, 2, 0, 1.5];
  const { losses, loss } = await step(mixed, labels);
  const mean = losses.reduce((sum, one, row) => sum + mixed[row]! * one, 0) / 4;
  expect(Math.abs(loss / mean - 1)).toBeLessThan(1e-6);
  const left = await step([2, 2, 0, 2], labels);
  const ignored = await step([1, 1, 1, 1], Int32Array.of(0, 1, -100, 3));
  expect(Math.abs(left.loss / ignored.loss - 1)).toBeLessThan(1e-6);
  expect(Math.abs(left.loss / loss - 1)).toBeGreaterThan(1e-4);
  for (const [name, gradient] of left.gradients) {
    expect(gradient.some((x) => x !== 0) || name.includes("lora_A"), name).toBe(true);
    expect(relativeDistance(gradient, ignored.gradients.get(name)!), name).toBeLessThan(1e-5);
  }
  await run.release();
  executor.memory.releaseOwner("test");
  model.release();
});
