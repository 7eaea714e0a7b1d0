/**
 * The zero-shot prompt against transformers' logits; other kinds of heads are in
 * `tests/unit/methods/zero-shot.test.ts`.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { familyRig } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { publish } from "./measured";

test("logits of the labels' words are the model's own", async (context) => {
  const executor = await testExecutor();
  const { folder, tensors, language } = familyRig("tiny-qwen3");
  const [given, expected] = [await tensors(), await language()];
  const model = await BaseModel.load(executor, folder);
  const [size, tokens] = given.get("input_ids")!.shape as [number, number];
  const mask = given.get("attention_mask")!.data as Int32Array;
  const lengths = Int32Array.from({ length: size }, (_, row) =>
    mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
  );
  const buffers = new BatchBuffers(executor, size, tokens, "test");
  const workspace = new Workspace(executor, "test");
  const options = {
    template: "Question: {text}\nThis is about",
    words: "other: age, rate, exchange; cards: card, money",
  };
  const labels = ["cards", "lost", "other"];
  const run = new Run(
    executor,
    model,
    {
      name: "asked",
      owner: "test",
      task: sequenceClassification,
      classes: 3,
      pooling: "last",
      seed: 0,
      learningRate: 0,
      weightDecay: 0.01,
      gradClip: null,
      ...resolveMethod(model, { name: "asked", method: "zero-shot", options }, 0, labels),
    },
    new Map([[tokens, buffers]]),
    workspace,
  );
  workspace.allocate();
  await run.compile();
  buffers.upload({
    inputIds: given.get("input_ids")!.data as Int32Array,
    lengths,
    channels: { labels: new Int32Array(size) },
  });
  const { logits } = await run.infer(tokens);
  const { data } = expected.get("zero_shot")!;
  const computed = new Float32Array(await executor.read(logits, data.length * 4));
  const difference = largestDifference(computed, data);
  expect(difference).toBeLessThan(1e-4);
  const errors = { logits: difference, gradients: null };
  publish(context, { rig: "tiny-qwen3", modelType: "qwen3", method: "zero-shot", name: "prompt", ...errors });
  await run.release();
  executor.memory.releaseOwner("test");
  model.release();
});
