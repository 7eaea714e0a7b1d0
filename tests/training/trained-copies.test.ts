/**
 * Copies of frozen tensors that are trained start as them, from float16 too, and leave the base
 * model alone.
 */

import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { readTensor } from "../../src/hub/safetensors-values";
import { openWeights } from "../../src/hub/weights";
import { fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { createComparison, finalValues, tinyData, tinyRows } from "./tiny-comparison";

test("full fine-tuning of a model kept in float16 trains float32 copies", { timeout: 60_000 }, async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-gpt2"), undefined, "float16");
  const hash = await model.weightHash();
  const rows = await tinyRows(model, [5, 7]);
  const rate = 1e-6;
  const tiny = createComparison(executor, model, {
    data: tinyData(rows, rows, 8),
    training: { steps: 1 },
    runs: [{ name: "full", method: "full", learningRate: rate }],
  });
  try {
    await tiny.comparison.prepare();
    await tiny.comparison.train();
    const weights = await openWeights(fixtureModel("tiny-gpt2"), []);
    const values = await finalValues(tiny, "full");
    expect(values.size).toBeGreaterThan(20);
    for (const { name, shape } of tiny.comparison.run("full").trainables) {
      if (name === "score.weight") continue;
      const stored = (await readTensor(weights.get(name, shape))) as Float32Array;
      const largest = stored.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Half of float16's last digit, and one step of AdamW.
      expect(largestDifference(values.get(name)!, stored), name).toBeLessThan(largest * 2 ** -11 + 2 * rate);
    }
    expect(await model.weightHash()).toBe(hash);
  } finally {
    await tiny.comparison.release();
    model.release();
  }
});
