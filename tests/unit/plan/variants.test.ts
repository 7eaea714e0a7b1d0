import { describe, expect, test } from "vitest";
import { trainingSchema } from "../../../src/plan/configuration";
import { divisionsOf, spreadOf, variantsOf } from "../../../src/plan/variants";

describe("a run's variants", () => {
  test("is the run itself with one seed and one learning rate", () => {
    expect(variantsOf({ name: "LoRA" }, trainingSchema.parse({ seed: 7 }), {}, true)).toEqual([
      { name: "LoRA", run: "LoRA", group: "LoRA", seed: 7, split: 0, learningRateFactor: 1 },
    ]);
  });

  test("are every seed of every learning rate, each under a name of its own", () => {
    const variants = variantsOf(
      { name: "LoRA" },
      trainingSchema.parse({ seed: 7, seeds: 2, learningRateFactors: [0.3, 1] }),
      {},
      true,
    );
    expect(variants.map(({ name, seed, learningRateFactor }) => [name, seed, learningRateFactor])).toEqual([
      ["LoRA (rate × 0.3, seed 7)", 7, 0.3],
      ["LoRA (rate × 0.3, seed 8)", 8, 0.3],
      ["LoRA (rate × 1, seed 7)", 7, 1],
      ["LoRA (rate × 1, seed 8)", 8, 1],
    ]);
  });

  test("share a group when only the seed differs", () => {
    const variants = variantsOf(
      { name: "a" },
      trainingSchema.parse({ seeds: 2, learningRateFactors: [1, 3] }),
      {},
      true,
    );
    expect(variants.map(({ group }) => group)).toEqual([
      "a (rate × 1)",
      "a (rate × 1)",
      "a (rate × 3)",
      "a (rate × 3)",
    ]);
  });

  test("are every fold, or every repeated split, of every seed", () => {
    const training = trainingSchema.parse({ seed: 7, seeds: 2 });
    const folds = variantsOf({ name: "a" }, training, { test: { folds: 2 } }, true);
    expect(folds.map(({ name, group, seed, split }) => [name, group, seed, split])).toEqual([
      ["a (seed 7, fold 1)", "a", 7, 0],
      ["a (seed 7, fold 2)", "a", 7, 1],
      ["a (seed 8, fold 1)", "a", 8, 0],
      ["a (seed 8, fold 2)", "a", 8, 1],
    ]);
    const once = trainingSchema.parse({});
    const repeats = variantsOf({ name: "a" }, once, { test: { repeats: 2, fraction: 0.1 } }, true);
    expect(repeats.map(({ name }) => name)).toEqual(["a (split 1)", "a (split 2)"]);
    for (const test of [null, 0.1, "test.csv"]) expect(variantsOf({ name: "a" }, once, { test }, true)).toHaveLength(1);
  });

  test("are of one rate where nothing is trained, which a sweep leaves with its own name", () => {
    const sweep = trainingSchema.parse({ learningRateFactors: [0.3, 3] });
    const once = variantsOf({ name: "kNN" }, sweep, {}, false);
    expect(once.map(({ name, group, learningRateFactor }) => [name, group, learningRateFactor])).toEqual([
      ["kNN", "kNN", 1],
    ]);
    const seeds = trainingSchema.parse({ seeds: 2, learningRateFactors: [0.3, 3] });
    const seeded = variantsOf({ name: "kNN" }, seeds, { test: { folds: 2 } }, false);
    expect(seeded).toHaveLength(4);
    expect(new Set(seeded.map(({ group }) => group))).toEqual(new Set(["kNN"]));
  });

  test("stand beside chosen rows on as many at random, anew for every seed, and on all", () => {
    const selection = { by: "diversity", share: 0.5, beside: ["random", "all"] } as const;
    const variants = variantsOf({ name: "a" }, trainingSchema.parse({ seeds: 2 }), { selection }, true);
    expect(variants.map(({ name, group, rows, split }) => [name, group, rows, split])).toEqual([
      ["a (seed 0)", "a", undefined, 0],
      ["a (seed 1)", "a", undefined, 0],
      ["a (random rows, seed 0)", "a (random rows)", "random", 1],
      ["a (random rows, seed 1)", "a (random rows)", "random", 2],
      ["a (all rows, seed 0)", "a (all rows)", "all", 3],
      ["a (all rows, seed 1)", "a (all rows)", "all", 3],
    ]);
    expect(divisionsOf(selection, { splits: 1, seeds: 2 })).toEqual([
      { rows: null, seed: 0, split: 0 },
      { rows: "random", seed: 0, split: 0 },
      { rows: "random", seed: 1, split: 0 },
      { rows: "all", seed: 0, split: 0 },
    ]);
  });

  test("on chosen rows of every fold have divisions of their own", () => {
    const data = { test: { folds: 3 }, selection: { by: "loss", prefer: "low", rows: 9 } } as const;
    const variants = variantsOf({ name: "a" }, trainingSchema.parse({}), data, true);
    expect(variants.map(({ name, split }) => [name, split])).toEqual([
      ["a (fold 1)", 0],
      ["a (fold 2)", 1],
      ["a (fold 3)", 2],
      ["a (random rows, fold 1)", 3],
      ["a (random rows, fold 2)", 4],
      ["a (random rows, fold 3)", 5],
    ]);
  });

  test("a factor may not be given twice", () => {
    expect(() => trainingSchema.parse({ learningRateFactors: [1, 1] })).toThrow("must not hold a factor twice");
  });
});

describe("a spread", () => {
  test("is the mean and the sample's standard deviation", () => {
    // R: mean(c(1, 2, 4)), sd(c(1, 2, 4))
    const { mean, deviation, count } = spreadOf([1, 2, 4]);
    expect(mean).toBeCloseTo(2.3333333333, 9);
    expect(deviation).toBeCloseTo(1.5275252317, 9);
    expect(count).toBe(3);
    expect(spreadOf([0.5])).toEqual({ mean: 0.5, deviation: 0, count: 1 });
    expect(() => spreadOf([])).toThrow("at least one value");
  });
});
