/**
 * Full fine-tuning for language modelling on a device, against transformers' losses: a head of its
 * own, and one that is the word embeddings. In float64:
 * `tests/unit/backward/full-language.test.ts`.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { TokenizedExample } from "../../src/data/tokens";
import { fixtureModel, fullLanguageCases, outerLoraCase } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison } from "./tiny-comparison";

const STEPS = 8;

test.each(["tiny-qwen2", "tiny-gpt2"])("%s: its losses are transformers'", async (rig) => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel(rig));
  const { [rig]: described } = await fullLanguageCases();
  const { tensors } = await outerLoraCase(rig);
  const size = tensors.get("batch.0.input_ids")!.shape[0]!;
  const rows = [0, 1, 2, 3].flatMap((index) => {
    const of = (name: string) => tensors.get(`batch.${index}.${name}`)!;
    const tokens = of("input_ids").shape[1]!;
    return Array.from({ length: size }, (_, slot): TokenizedExample => {
      const own = (name: string) => (of(name).data as Int32Array).subarray(slot * tokens, (slot + 1) * tokens);
      const length = own("attention_mask").reduce((sum, bit) => sum + bit, 0);
      const [ids, labels] = [own("input_ids").slice(0, length), own("next").slice(0, length)];
      return { ids, labels, row: index * size + slot, fullLength: length, truncated: false };
    });
  });
  const longest = Math.max(...rows.map(({ ids }) => ids.length));
  const { comparison, losses } = createComparison(executor, model, {
    data: {
      ...{ task: "causal-lm", labels: [], train: rows, validation: rows.slice(0, size), maxLength: longest },
      validationTexts: rows.slice(0, size).map(() => ""),
    },
    training: {
      ...{ batchSize: size, steps: STEPS, shuffle: false, gradClip: null, pooling: "last" },
      learningRate: described.learningRate,
    },
    runs: [{ name: "full", method: "full", learningRate: described.learningRate }],
  });
  await comparison.prepare();
  await comparison.train();
  const own = losses("full");
  expect(own).toHaveLength(STEPS);
  for (const [step, expected] of (described.lossTrace as number[]).slice(0, STEPS).entries()) {
    expect(Math.abs(own[step]! / expected - 1), `loss before update ${step}`).toBeLessThan(1e-4);
  }
  expect(comparison.run("full").trainables.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(
    described.count,
  );
  await comparison.release();
  model.release();
});
