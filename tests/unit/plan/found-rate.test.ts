/** A rate that was found by a search, while it is kept, and what is said once things changed. */

import { expect, test } from "vitest";
import { configurationSchema, type FoundRate, trainingSchema } from "../../../src/plan/configuration";
import { type Circumstances, changedSince, foundRateOf } from "../../../src/plan/found-rate";
import { settingsPrint } from "../../../src/runs/rate-settings";

const now: Circumstances = { model: "tiny", rows: "aa", settings: "cc", steps: 40 };
const found: FoundRate = { ...now, rate: 0.003, trialSteps: 310, trainRows: 80, heldRows: 20 };

test("nothing is said while all is as it was, nor of a few steps more", () => {
  expect(changedSince("a", found, now, 1)).toBeNull();
  expect(changedSince("a", found, { ...now, steps: 48 }, 1)).toBeNull();
});

test("everything that has changed is said at once", () => {
  expect(changedSince("LoRA", found, { ...now, rows: "bb", steps: 400, settings: "dd" }, 1)).toBe(
    "The learning rate of LoRA was found by a search on other training rows, for 40 steps, not 400, with other settings " +
      "of the run or the training: search again, or leave it to the method. Rows that it was chosen by may be validation " +
      "or test rows now.",
  );
});

test("another model has other tokens, so rows are not said to be others", () => {
  expect(changedSince("a", found, { ...now, model: "wide", rows: "bb" }, 1)).toBe(
    "The learning rate of a was found by a search for tiny: search again, or leave it to the method.",
  );
});

test("over folds every row is a test row once", () => {
  expect(changedSince("a", found, now, 5)).toMatch(/^The learning rate of a was found by a search: .* of other folds/);
});

test("counts while the rate is the one that was chosen", () => {
  expect(foundRateOf({ learningRate: 0.003, foundRate: found })).toBe(found);
  expect(foundRateOf({ learningRate: 0.004, foundRate: found })).toBeUndefined();
  expect(foundRateOf({ learningRate: null, foundRate: found })).toBeUndefined();
  expect(foundRateOf({})).toBeUndefined();
});

test("a setting that a rate depends on changes the fingerprint, and no other does", () => {
  const run = { name: "a", method: "lora", options: {} };
  const print = (changes: object, training: object = {}, options: object = { rank: 8 }) =>
    settingsPrint({ ...run, ...changes }, options, trainingSchema.parse(training));
  const same = print({});
  expect(same).toMatch(/^[0-9a-f]{16}$/);
  expect(print({ name: "b", learningRate: 1, frozenLayers: 0 }, { seed: 7, seeds: 3, evalEvery: 5, steps: 9 })).toBe(
    same,
  );
  const others = [
    print({ method: "dora" }),
    print({ weightDecay: 0 }),
    print({ frozenLayers: 1 }),
    print({ layerDecay: 0.5 }),
    print({}, {}, { rank: 4 }),
    print({}, { batchSize: 4 }),
    print({}, { schedule: "constant" }),
    print({}, { headLearningRate: "adapter" }),
    print({}, { classWeights: "balanced" }),
  ];
  expect(new Set([same, ...others]).size).toBe(others.length + 1);
});

test("a configuration keeps it, and one without it means what it meant", () => {
  const configuration = {
    model: "bundled:tiny",
    data: { train: "t.csv", columns: { text: "text", label: "label" } },
    runs: [
      { name: "a", method: "lora", learningRate: 0.003, foundRate: found },
      { name: "b", method: "lora", learningRate: 0.003 },
    ],
  };
  const [a, b] = configurationSchema.parse(configuration).runs;
  expect(a!.foundRate).toEqual(found);
  expect(b).not.toHaveProperty("foundRate");
  const spoilt = { ...configuration, runs: [{ ...configuration.runs[0]!, foundRate: { rate: 0.003 } }] };
  expect(() => configurationSchema.parse(spoilt)).toThrow();
});
