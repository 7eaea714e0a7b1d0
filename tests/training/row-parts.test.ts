/**
 * A model whose tables, linears and head lie in several buffers, since one cannot hold them: the
 * limit is set low, and training and predicting must be those of the whole model. By float64 the
 * same is shown in `tests/unit/program/row-parts.test.ts`.
 */

import { expect, test } from "vitest";
import { frozenModel, NextToken } from "../../src/answers/next-token";
import { BaseModel } from "../../src/base/base-model";
import { loadedSpecs } from "../../src/base/read-model";
import { storedTensors } from "../../src/program/row-parts";
import { fixtureModel } from "../fixtures/reference";
import { largestDifference } from "./compare";
import { testExecutor } from "./executor";
import { limited } from "./limited";
import { createComparison, finalValues, tinyData, tinyRows } from "./tiny-comparison";

const runs = [{ name: "lora", method: "lora", options: { rank: 2, alpha: 4, targets: "all-linear" } }];

test.each([
  // Conv1D, positions of its own; and float16, which is widened a part at a time.
  ["tiny-gpt2", "float32", "sequence-classification", 36_000],
  ["tiny-llama", "float16", "causal-lm", 20_000],
] as const)(
  "%s in %s, %s: parts of at most %i bytes compute what the whole does",
  async (rig, precision, task, limit) => {
    const executor = await testExecutor();
    const compute = async (largestBuffer: number) => {
      const small = limited(executor, largestBuffer);
      const model = await BaseModel.load(small, fixtureModel(rig), undefined, precision);
      try {
        const cut = loadedSpecs(model).filter(({ parts }) => parts);
        expect(cut.length > 0).toBe(largestBuffer === limit);
        for (const part of cut.flatMap(storedTensors)) expect(model.kept(part)?.size).toBeLessThanOrEqual(limit);
        const rows = await tinyRows(model, [5, 7, 8, 6]);
        const predicted = rows.map(({ ids, ...row }) => ({
          ids,
          ...row,
          labels: Int32Array.of(...ids.slice(1), -100),
        }));
        const own = task === "causal-lm" ? predicted : rows;
        const data = { ...tinyData(own, own.slice(2, 3), 8), task };
        const tiny = createComparison(small, model, { data, runs, training: { steps: 2 } });
        await tiny.comparison.prepare();
        await tiny.comparison.train();
        const states = await Promise.all(
          runs.map(async ({ name }) => ({ losses: tiny.losses(name), values: await finalValues(tiny, name) })),
        );
        await tiny.comparison.release();
        const next = new NextToken(small, model, frozenModel(model), 2);
        const logits = await next.logits(rows.slice(0, 2).map(({ ids }) => Int32Array.from(ids)));
        await next.release();
        return { states, logits, weights: executor.memory.bytes().weights };
      } finally {
        model.release();
      }
    };
    const whole = await compute(executor.largestBuffer);
    const parted = await compute(limit);
    expect(parted.weights).toBe(whole.weights);
    parted.logits.forEach((row, index) => {
      expect(row).toHaveLength(384);
      expect(largestDifference(row, whole.logits[index]!)).toBeLessThan(1e-5);
    });
    parted.states.forEach(({ losses, values }, index) => {
      const expected = whole.states[index]!;
      expect(losses).toHaveLength(2);
      expect(largestDifference(losses, expected.losses)).toBeLessThan(1e-5);
      for (const [name, numbers] of expected.values) {
        expect(largestDifference(values.get(name)!, numbers), name).toBeLessThan(1e-5);
      }
    });
  },
);
