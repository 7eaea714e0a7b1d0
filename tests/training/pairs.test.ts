/**
 * Pairs of texts on an encoder: the second text's tokens are of type 1, as transformers has them.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { rowLabels, tokenTypes } from "../../src/data/channels";
import { BatchBuffers } from "../../src/runs/batch-buffers";
import { resolveMethod } from "../../src/runs/resolve";
import { Run } from "../../src/runs/run";
import { Workspace } from "../../src/runs/workspace";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fixtureModel, fixtureTensors } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";

test("the logits of pairs are transformers'", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-bert"));
  const tensors = await fixtureTensors("cases/tiny-bert/pairs.safetensors");
  const integers = (name: string) => tensors.get(name)!.data as Int32Array;
  const [size, tokens] = tensors.get("input_ids")!.shape as [number, number];
  const mask = integers("attention_mask");
  const lengths = Int32Array.from({ length: size }, (_, row) =>
    mask.subarray(row * tokens, (row + 1) * tokens).reduce((sum, bit) => sum + bit, 0),
  );
  const batch = new BatchBuffers(executor, size, tokens, "test", [rowLabels, tokenTypes]);
  const workspace = new Workspace(executor, "test");
  const head = ["classifier.weight", "classifier.bias"].map(
    (name) => [name, tensors.get(name)!.data as Float32Array] as const,
  );
  const setup = {
    ...resolveMethod(model, { name: "pairs", method: "linear-probe", options: {} }, 0),
    name: "pairs",
    learningRate: 1e-3,
    weightDecay: 0,
  };
  const run = new Run(
    executor,
    model,
    {
      ...setup,
      gradClip: null,
      task: sequenceClassification,
      classes: 3,
      pooling: "first",
      seed: 0,
      initial: new Map(head),
    },
    new Map([[tokens, batch]]),
    workspace,
  );
  workspace.allocate();
  await run.compile();
  const [inputIds, types] = [integers("input_ids"), integers("token_type_ids")];
  batch.upload({ inputIds, lengths, channels: { labels: new Int32Array(size), types } });
  const step = await run.infer(tokens);
  const expected = tensors.get("logits")!.data;
  const logits = new Float32Array(await executor.read(step.logits, expected.length * 4));
  expect(largestDifference(logits, expected)).toBeLessThan(1e-4);
  expect(largestDifference(logits, tensors.get("untyped")!.data)).toBeGreaterThan(1e-3);
  await run.release();
  executor.memory.releaseOwner("test");
  model.release();
});
