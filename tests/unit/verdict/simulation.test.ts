/**
 * How often the verdict's tests call a difference where there is none, and where there is one. A
 * part of `npm run simulate` (its table is in docs/verdict.md) that takes seconds; seeded, so that
 * it comes out the same every time.
 */

import { expect, test } from "vitest";
import { type Setting, simulate } from "../../../tools/simulate/simulation";

const setting: Setting = { metric: "accuracy", runs: 2, seeds: 1, rows: 300, errors: "correlated", seedPoints: [0] };

test.each<[Partial<Setting>, number]>([
  [{}, 300],
  [{ errors: "independent", runs: 4 }, 100],
  [{ runs: 12 }, 50],
  [{ seeds: 3, seedPoints: [2] }, 150],
  [{ seeds: 3, seedPoints: [5], runs: 4 }, 100],
  // With a variance for every pair alone half of these would call a difference that is not there.
  [{ seeds: 3, seedPoints: [5], runs: 12 }, 50],
  [{ metric: "macro F1" }, 1000],
  [{ metric: "macro F1", seeds: 3, seedPoints: [2], runs: 4 }, 30],
  [{ metric: "Spearman" }, 100],
  [{ metric: "Spearman", seeds: 3, seedPoints: [2], runs: 4 }, 30],
])("equal runs are called different in at most 6 of 100 comparisons: %o", (changed, simulations) => {
  expect(simulate({ ...setting, ...changed }, simulations, 1).falseCalls).toBeLessThanOrEqual(0.06);
});

test.each<Partial<Setting>>([{}, { seeds: 3 }, { metric: "macro F1" }])(
  "of two runs, one 10 points better on 300 rows is called in at least 80 of 100: %o",
  (changed) => {
    expect(simulate({ ...setting, ...changed }, 1, 100).called).toBeGreaterThanOrEqual(0.8);
  },
);
