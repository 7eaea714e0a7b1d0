/** Which rates a search tries, for how long, and which it takes. */

import { describe, expect, test } from "vitest";
import { bestOf, doubtOf, FACTORS, halvingRungs, ratesAround, searchSteps, trialOf } from "../../../src/search/halving";

describe("the schedule of a search", () => {
  test("halves the rates and doubles the steps, up to the training's own with two seeds", () => {
    expect(halvingRungs(7, 200)).toEqual([
      { rates: 7, seeds: 1, steps: 50 },
      { rates: 4, seeds: 1, steps: 100 },
      { rates: 2, seeds: 2, steps: 200 },
    ]);
    // 7 · 50 + 4 · 100 + 2 · 2 · 200
    expect(searchSteps(halvingRungs(7, 200))).toBe(1550);
  });

  test("steps are rounded up: none is trained for no step", () => {
    expect(halvingRungs(7, 3).map(({ steps }) => steps)).toEqual([1, 2, 3]);
    expect(halvingRungs(2, 5)).toEqual([{ rates: 2, seeds: 2, steps: 5 }]);
    expect(halvingRungs(1, 5)).toEqual([{ rates: 1, seeds: 2, steps: 5 }]);
  });

  test("the grid has the method's own rate in its middle, as it is", () => {
    const rates = ratesAround(0.0016).map(({ rate }) => rate);
    expect(rates).toEqual([0.000048, 0.00016, 0.00048, 0.0016, 0.0048, 0.016, 0.048]);
    expect(rates[(rates.length - 1) / 2]).toBe(0.0016);
  });
});

describe("the choice", () => {
  const trial = (factor: number, ...losses: (number | null)[]) => trialOf({ factor, rate: factor / 1000 }, 10, losses);

  test("is the lowest mean loss over the seeds", () => {
    const trials = [trial(0.3, 0.5, 0.9), trial(1, 0.6, 0.6), trial(3, 0.4, 1.2)];
    expect(trials.map(({ loss }) => loss)).toEqual([0.7, 0.6, 0.8]);
    expect(bestOf(trials, 2).map(({ factor }) => factor)).toEqual([1, 0.3]);
  });

  test("a seed that is not a number spoils its rate, however low the others are", () => {
    const spoilt = [trial(3, 0.1, null), trial(10, 0.1, Number.NaN), trial(30, Number.POSITIVE_INFINITY)];
    expect(spoilt.map(({ loss }) => loss)).toEqual([null, null, null]);
    expect(spoilt[1]!.losses).toEqual([0.1, null]);
    expect(bestOf([...spoilt, trial(0.1, 9, 9)], 4).map(({ factor }) => factor)).toEqual([0.1]);
    expect(bestOf(spoilt, 1)).toEqual([]);
    expect(trialOf({ factor: 1, rate: 1 }, 10, []).loss).toBeNull();
  });

  test("of equal losses the nearest to the method's own is taken, then the lower", () => {
    const trials = FACTORS.map((factor) => trial(factor, 0.5));
    expect(bestOf(trials, 4).map(({ factor }) => factor)).toEqual([1, 3, 0.3, 0.1]);
    const symmetric = [trial(2, 0.5), trial(0.5, 0.5)];
    expect(bestOf(symmetric, 2).map(({ factor }) => factor)).toEqual([0.5, 2]);
  });

  test("is doubted at either end of the grid, and where there is none", () => {
    expect(doubtOf({ factor: 1 }, FACTORS)).toBeNull();
    expect(doubtOf({ factor: 30 }, FACTORS)).toMatch(/highest.*higher/);
    expect(doubtOf({ factor: 0.03 }, FACTORS)).toMatch(/lowest.*lower/);
    expect(doubtOf(null, FACTORS)).toMatch(/no number.*own rate stays/);
  });
});
