/**
 * Whole comparisons of methods that do something between steps: dropout, AdaLoRA's ranks, DyLoRA's
 * dial.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { estimate } from "../../src/estimate/estimate";
import type { Executor } from "../../src/executors/executor";
import { trainingSchema } from "../../src/plan/configuration";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import {
  createComparison,
  probabilitiesOf,
  type TinyComparison,
  type TinySetup,
  tinyData,
  tinyRows,
} from "./tiny-comparison";

const lengths = [9, 12, 8, 11];

describe("methods that act between steps", () => {
  let executor: Executor;
  let model: BaseModel;
  let data: TinySetup["data"];
  beforeAll(async () => {
    executor = await testExecutor();
    model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
    data = tinyData(await tinyRows(model, lengths), await tinyRows(model, [7, 10]));
    return () => model.release();
  });

  async function trained<Result>(
    setup: Omit<TinySetup, "data">,
    use: (tiny: TinyComparison) => Promise<Result>,
  ): Promise<Result> {
    const tiny = createComparison(executor, model, { data, ...setup });
    try {
      await tiny.comparison.prepare();
      await tiny.comparison.train();
      return await use(tiny);
    } finally {
      await tiny.comparison.release();
    }
  }

  test("dropout changes training, the same for the same seed, and never an evaluation", async () => {
    const lora = (dropout: number) => ({
      method: "lora",
      options: { rank: 4, dropout, targets: ["v_proj"] },
      learningRate: 0.02,
    });
    const runs = [
      { name: "none", ...lora(0) },
      { name: "half", ...lora(0.5) },
      { name: "half again", ...lora(0.5) },
      { name: "dora", ...lora(0.5), method: "dora" },
    ];
    await trained({ runs }, async (tiny) => {
      const [none, half, again, dora] = ["none", "half", "half again", "dora"].map((run) => tiny.losses(run));
      // B starts at zero, so the first update sees no mask; the ones after it do.
      expect(half![0]).toBeCloseTo(none![0]!, 5);
      expect(Math.abs(half!.at(-1)! - none!.at(-1)!)).toBeGreaterThan(1e-4);
      expect(again).toEqual(half);
      expect(dora!.every(Number.isFinite)).toBe(true);
      const evaluations = async () => {
        const [first] = await tiny.comparison
          .predict(data.validation[0]!)
          .then((all) => all.filter(({ run }) => run === "half"));
        return probabilitiesOf(first!);
      };
      expect(await evaluations()).toEqual(await evaluations());
    });
  });

  test("AdaLoRA tells its ranks, DyLoRA's are chosen afterwards, and the estimate is what is allocated", async () => {
    const runs = [
      { name: "ada", method: "adalora", options: { initialRank: 4, targetRank: 2, tinit: 1, tfinal: 2, deltaT: 2 } },
      { name: "dy", method: "dylora", options: { rank: 3 }, learningRate: 0.02 },
    ];
    const training = trainingSchema.parse({ batchSize: 2, steps: 6 });
    const estimated = estimate({
      model,
      task: sequenceClassification,
      classes: data.labels.length,
      trainLengths: data.train.map(({ ids }) => ids.length),
      validationLengths: data.validation.map(({ ids }) => ids.length),
      maxLength: data.maxLength,
      training,
      runs: runs.map((run) => ({ ...run, options: run.options as Record<string, unknown> })),
      allowedBuffer: 2 ** 30,
    });
    await trained({ runs, training: { steps: 6 } }, async (tiny) => {
      for (const { run, bytes } of estimated.runs) {
        const { adapter, optimizer } = tiny.comparison.run(run).memoryBytes;
        expect(adapter).toBe(bytes.adapter);
        // The uniforms and schedule of the kernels come on top.
        expect(optimizer).toBeGreaterThanOrEqual(bytes.optimizer);
      }
      const ranks = tiny
        .of("ranks", "ada")
        .map(({ step, ranks }) => [step, ranks.reduce((sum, { rank }) => sum + rank, 0)]);
      // Four modules: 16 ranks, after the third update int(8 · (2/3)³ + 8), in the end 8.
      expect(ranks).toEqual([
        [1, 16],
        [3, 10],
        [5, 8],
      ]);
      expect(tiny.of("step", "ada").every(({ penalty }) => penalty! > 0)).toBe(true);
      expect(tiny.of("step", "dy").every(({ penalty }) => penalty === undefined)).toBe(true);
      expect(tiny.comparison.report("ada").dial).toBeNull();
      expect(tiny.comparison.report("dy").dial).toEqual({ title: "Rank", least: 1, most: 3, setting: 3 });
      const turned = [];
      for (const rank of [1, 2, 3]) turned.push(await tiny.comparison.turn("dy", rank));
      const [one, two, three] = turned;
      expect(three!.loss).toBeCloseTo(tiny.of("evaluation", "dy").at(-1)!.loss, 6);
      expect(new Set(turned.map(({ loss }) => loss)).size).toBe(3);
      expect([two!.parameters, three!.parameters]).toEqual([2 * one!.parameters, 3 * one!.parameters]);
      await expect(tiny.comparison.turn("dy", 4)).rejects.toThrow("Rank: 4 is not a whole number from 1 to 3");
      await expect(tiny.comparison.turn("ada", 1)).rejects.toThrow("nothing to choose");
    });
  });
});
