/**
 * Runs merged against themselves unmerged: LoRA, its family with a head over a vocabulary, and
 * dense changes.
 */

import { beforeAll, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { proveMerge } from "../../src/instruments/merge-proof";
import { trainingSchema } from "../../src/plan/configuration";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, tinyData, tinyRows } from "./tiny-comparison";

let executor: Executor;
beforeAll(async () => {
  executor = await testExecutor();
});

test("merged classifiers say what the runs say, and no weight of theirs stays on the device", async () => {
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [12, 9, 16, 10]);
  const data = tinyData(rows, rows);
  const options = { rank: 4, alpha: 64, targets: ["embed_tokens", "q_proj", "down_proj"] };
  const runs = [
    { name: "lora", method: "lora", options, learningRate: 0.05 },
    { name: "last", method: "last-layer", learningRate: 0.05 },
    { name: "prefix", method: "prefix", options: { virtualTokens: 2 } },
  ];
  const { comparison } = createComparison(executor, model, { data, runs, training: { steps: 2 } });
  await comparison.prepare();
  await comparison.train();
  const bytes = executor.memory.bytes().weights;
  const training = trainingSchema.parse({});
  const prove = (name: string) => {
    const setup = { executor, model, data, training };
    return proveMerge(setup, comparison.run(name), comparison.evaluation(name));
  };
  for (const [name, changed, added] of [
    ["lora", 5, true],
    ["last", 9, false],
  ] as const) {
    const proof = await prove(name);
    expect(proof, name).toMatchObject({ rows: 4, numbers: 20, what: "logits", changed, untouched: true });
    expect(proof.largest).toBeGreaterThan(1e-2);
    expect(proof.difference / proof.largest, name).toBeLessThan(1e-5);
    if (added) expect(proof.unmerged).toBeLessThan(1e-5);
    else expect(proof.unmerged).toBeNull();
  }
  await expect(prove("prefix")).rejects.toThrow(/puts virtual tokens beside the input/);
  expect(executor.memory.bytes().weights).toBe(bytes);
  await comparison.release();
  model.release();
});

test("a tied language model's head and embeddings are merged apart", async () => {
  const model = await BaseModel.load(executor, fixtureModel("tiny-gpt2"));
  const rows = (await tinyRows(model, [12, 9])).map(({ ids, ...row }) => ({
    ...row,
    ids,
    labels: Int32Array.from(ids, (_, place) => ids[place + 1] ?? -100),
  }));
  const data = { ...tinyData(rows, rows), task: "causal-lm" as const, labels: [] };
  const options = { rank: 2, alpha: 32, targets: ["wte", "lm_head", "c_attn"] };
  const runs = [
    { name: "lora", method: "lora", options, learningRate: 0.05 },
    // GPT-2 stores linears [in, out]; magnitudes are of the outputs all the same.
    { name: "dora", method: "dora", options: { rank: 2, alpha: 32, targets: ["c_attn"] }, learningRate: 0.05 },
  ];
  const { comparison, losses } = createComparison(executor, model, { data, runs, training: { steps: 3 } });
  await comparison.prepare();
  await comparison.train();
  expect(losses("lora").at(-1)!).toBeLessThan(losses("lora")[0]!);
  const setup = { executor, model, data, training: trainingSchema.parse({}) };
  const proof = await proveMerge(setup, comparison.run("lora"), comparison.evaluation("lora"));
  expect(proof).toMatchObject({ rows: 2, numbers: 21, what: "losses", changed: 4, untouched: true });
  expect(proof.difference / proof.largest).toBeLessThan(1e-5);
  const magnitudes = await proveMerge(setup, comparison.run("dora"), comparison.evaluation("dora"));
  expect(magnitudes).toMatchObject({ rows: 2, numbers: 21, changed: 2, untouched: true });
  expect(magnitudes.difference / magnitudes.largest).toBeLessThan(1e-5);
  await comparison.release();
  model.release();
});
