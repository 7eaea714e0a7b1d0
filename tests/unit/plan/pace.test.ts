/** How long a comparison will take, and the budgets that a person chooses between. */

import { describe, expect, test } from "vitest";
import type { RowSelection } from "../../../src/data/types";
import { budgetOf, budgets, settingsOf } from "../../../src/plan/budgets";
import { trainingSchema } from "../../../src/plan/configuration";
import { DYNAMICS_EPOCHS, type PacedRun, SEARCH_STEPS, secondsOf, secondsOfChoosing } from "../../../src/plan/pace";
import { FACTORS, halvingRungs, searchSteps } from "../../../src/search/halving";

/** A step of 100 operations takes a second. */
const pace = { step: 1, flops: 100, preparation: 2 };
const run: PacedRun = { flops: { forward: 40, total: 100 }, trains: true, headOnly: false, searched: false };
const training = { ...trainingSchema.parse({ batchSize: 10, evalEvery: 5 }), steps: 10 };
const rows = { train: 100, validation: 50, test: 30 };

describe("seconds", () => {
  const seconds = (runs: PacedRun[], other: Partial<typeof training> = {}) =>
    secondsOf(runs, { ...training, ...other }, rows, pace);

  test("are those of preparing, steps, evaluations at 0, 5 and 10, and the test", () => {
    expect(seconds([run])).toBeCloseTo(2 + 10 + 3 * 5 * 0.4 + 3 * 0.4);
  });

  test("with fewer rows measured meanwhile, the others once", () => {
    expect(seconds([run], { evalRows: 20 })).toBeCloseTo(2 + 10 + 3 * 2 * 0.4 + (3 + 3) * 0.4);
    expect(seconds([run], { evalRows: 1000 })).toBe(seconds([run]));
  });

  test("once for every seed and rate, and in proportion to operations", () => {
    expect(seconds([run, run], { seeds: 3, learningRateFactors: [0.3, 1] })).toBeCloseTo(12 * seconds([run]));
    const twice: PacedRun = { ...run, flops: { forward: 80, total: 200 } };
    expect(seconds([twice]) - pace.preparation).toBeCloseTo(2 * (seconds([run]) - pace.preparation));
  });

  test("of what only answers: every row is read", () => {
    expect(seconds([{ ...run, trains: false }], { seeds: 3 })).toBeCloseTo((10 + 5 + 3) * 0.4);
  });

  test("with the steps of a search", () => {
    expect(seconds([{ ...run, searched: true }]) - seconds([run])).toBeCloseTo(SEARCH_STEPS * 10);
    for (const steps of [200, 400]) {
      expect(searchSteps(halvingRungs(FACTORS.length, steps))).toBe(SEARCH_STEPS * steps);
    }
  });
});

describe("seconds of choosing rows", () => {
  const head: PacedRun = { ...run, flops: { forward: 30, total: 50 }, headOnly: true };
  const seconds = (selection: RowSelection, runs = [head, run]) => secondsOfChoosing(selection, runs, 10, rows, pace);
  /** Of all training rows, by what computes least. */
  const once = 10 * 0.3;

  test.each<[string, RowSelection, number]>([
    ["none at random", { by: "random", share: 0.5 }, 0],
    ["one reading for losses", { by: "loss", prefer: "high", share: 0.5 }, once],
    ["one reading for states", { by: "diversity", rows: 5 }, once],
    ["one for each of two models", { by: "gain", reference: "a", over: "b", share: 0.5 }, 2 * once],
    ["validation rows, too", { by: "similarity", how: "nearest", share: 0.5 }, once + 5 * 0.3],
  ])("%s", (_, selection, expected) => {
    expect(seconds(selection)).toBeCloseTo(expected);
  });

  test("the epochs of a training of the first run that tunes the model, each with a reading", () => {
    const hard: RowSelection = { by: "difficulty", measure: "confidence", prefer: "low", share: 0.5 };
    expect(seconds(hard)).toBeCloseTo(2 + DYNAMICS_EPOCHS * 10 * 1.4);
    expect(seconds({ ...hard, epochs: 2 })).toBeCloseTo(2 + 2 * 10 * 1.4);
    // Refused when it is begun.
    expect(seconds(hard, [head])).toBe(0);
  });

  test("none where they are chosen", () => {
    expect(seconds({ by: "diversity", rows: 1, chosen: [{ rows: [1], hash: "" }] })).toBe(0);
  });
});

describe("budgets", () => {
  test("are told by their settings, whatever else is set", () => {
    for (const budget of budgets) {
      const chosen = trainingSchema.parse({ seed: 7, batchSize: 32, ...budget.settings });
      expect(budgetOf(chosen, { isSplit: false })).toBe(budget);
      expect(budgetOf({ ...chosen, steps: 61 }, { isSplit: false })).toBeNull();
    }
  });

  test("search no rates over folds", () => {
    const thorough = budgets.at(-1)!;
    expect(thorough.settings.learningRate).toBe("search");
    expect(settingsOf(thorough, { isSplit: true }).learningRate).toBeUndefined();
    const chosen = trainingSchema.parse(settingsOf(thorough, { isSplit: true }));
    expect(budgetOf(chosen, { isSplit: true })).toBe(thorough);
    expect(budgetOf(chosen, { isSplit: false })).toBeNull();
  });
});
