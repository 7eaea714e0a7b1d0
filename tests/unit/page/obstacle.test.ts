/** What keeps a comparison from being started, before the worker is asked. */

import { describe, expect, test } from "vitest";
import { whyNot } from "../../../src/page/compare/obstacle";
import type { StudioState } from "../../../src/page/store/state";
import { MOST_RUNS, MOST_TRAININGS } from "../../../src/plan/limits";

/** All is open; these runs are chosen. */
function state(runs: readonly object[], training: object, test: object | null): StudioState {
  return {
    device: { report: { status: "ready" }, lost: null, refused: null },
    model: { opening: null, summary: {} },
    data: { opening: null, awaited: null, summary: { problem: null, settings: { test } } },
    methods: { runs: runs.map((run) => ({ problems: {}, ...run })), estimateError: null, estimate: null },
    training: { settings: { seeds: 1, learningRateFactors: [1], ...training }, problems: {} },
  } as unknown as StudioState;
}

const runs = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `R${index}` }));
const all = { seeds: 10, learningRateFactors: [1, 2, 3, 4, 5, 6, 7, 8, 9] };

describe("how many there may be", () => {
  test.each([
    ["as many trainings as there may be", runs(MOST_RUNS), { seeds: 10 }, { repeats: 2, fraction: 0.1 }],
    ["one run with everything", runs(1), all, { folds: 20 }],
    ["as many runs as there may be", [{ sweep: { rank: Array(MOST_RUNS).fill(1) } }], {}, null],
  ])("%s can be started", (_, chosen, training, plan) => {
    expect(whyNot(state(chosen, training, plan))).toBeNull();
  });

  test("more trainings are refused with both numbers before they are written out", () => {
    expect(whyNot(state(runs(100), all, { folds: 20 }))).toBe(
      `100 runs with every seed, division of the rows and learning rate are 180000 trainings; there may be ${MOST_TRAININGS} (step 3).`,
    );
    expect(whyNot(state(runs(2), all, { folds: 20 }))).toContain("are 3600 trainings");
  });

  test("more runs with their sweeps are refused with both numbers", () => {
    const sweep = { rank: Array.from({ length: 60 }, (_, rank) => rank) };
    expect(whyNot(state([{ sweep }, { sweep }], {}, null))).toBe(
      `These are 120 runs; there may be ${MOST_RUNS} (step 2).`,
    );
  });
});
