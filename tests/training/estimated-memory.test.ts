/**
 * The memory that training takes on the processor against what was estimated before: the whole of
 * the module's, as far as it was used.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { tokenTypes } from "../../src/data/channels";
import { encodeText } from "../../src/data/tokens";
import { estimate } from "../../src/estimate/estimate";
import { trainingSchema } from "../../src/plan/configuration";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fixtureModel } from "../fixtures/reference";
import { processor } from "./executor";
import { createComparison, tinyData, tinyRows } from "./tiny-comparison";

const MODULE = 16 * 2 ** 20;

test.each([
  ["tiny-llama", 16, [{ method: "lora" }, { method: "sk-prefix", options: { text: "Classify the text" } }]],
  ["tiny-gpt2", 64, [{ method: "full" }]],
  ["tiny-gpt2", 64, [{ method: "lora", options: { targets: "all-linear" } }, { method: "prefix" }, { method: "dora" }]],
])("%s in batches of %i: no more than a tenth above the estimate", async (rig, batchSize, plans) => {
  const executor = await processor();
  const model = await BaseModel.load(executor, fixtureModel(rig));
  const rows = await tinyRows(model, Array<number>(batchSize).fill(15));
  const data = tinyData(rows, rows, 16);
  const runs = plans.map((plan, index) => ({ options: {}, ...plan, name: `run ${index}` }));
  const training = { batchSize, steps: 2 };
  const { costs, capacity, largestBuffer: allowedBuffer } = executor;
  const lengths = rows.map(({ ids }) => ids.length);
  const planned = estimate({
    model,
    task: sequenceClassification,
    classes: data.labels.length,
    labels: data.labels,
    maxLength: 16,
    runs,
    costs,
    capacity,
    allowedBuffer,
    trainLengths: lengths,
    validationLengths: lengths,
    training: trainingSchema.parse(training),
  });
  const { comparison } = createComparison(executor, model, { data, runs, training });
  await comparison.prepare();
  await comparison.train();
  const used = executor.memory.used;
  const ours = executor.memory.bytes();
  expect(ours.total - ours.onnxruntime).toBeLessThanOrEqual(1.05 * (planned.total.total - planned.total.onnxruntime));
  expect(used).toBeGreaterThan(MODULE / 2);
  expect(used).toBeLessThanOrEqual(1.1 * planned.total.total);
  // An estimate that is far too high says as little.
  expect(planned.total.total - MODULE).toBeLessThanOrEqual(2 * used);
  await comparison.release();
});

test("pairs of texts on an encoder: what we allocate is what was estimated, the types of tokens with it", async () => {
  const executor = await processor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-bert"));
  const batchSize = 16;
  const rows = Array.from({ length: batchSize }, (_, row) => {
    const pair = { text: "My card is gone", textPair: "It was stolen", label: row % 5, row };
    return { ...encodeText(pair, model.tokenizer, 16), row, truncated: false };
  });
  const data = tinyData(rows, rows, 16);
  const runs = [{ name: "LoRA", method: "lora", options: {} }];
  const training = { batchSize, steps: 1 };
  const { costs, capacity, largestBuffer: allowedBuffer } = executor;
  const lengths = rows.map(({ ids }) => ids.length);
  const planned = estimate({
    model,
    task: sequenceClassification,
    classes: data.labels.length,
    labels: data.labels,
    maxLength: 16,
    runs,
    costs,
    capacity,
    allowedBuffer,
    inputs: [tokenTypes],
    trainLengths: lengths,
    validationLengths: lengths,
    training: trainingSchema.parse(training),
  });
  const { comparison } = createComparison(executor, model, { data, runs, training });
  await comparison.prepare();
  await comparison.train();
  expect(comparison.run("LoRA").tunedSetup.inputs).toEqual([tokenTypes]);
  const ours = executor.memory.bytes();
  const gap = ours.total - ours.onnxruntime - (planned.total.total - planned.total.onnxruntime);
  // Buffers are rounded up to 16 bytes. The types of one batch are 4 bytes a token.
  expect(Math.abs(gap)).toBeLessThan(2 * batchSize * lengths[0]!);
  await comparison.release();
  model.release();
});
