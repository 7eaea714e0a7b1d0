/** What keeps a comparison from being started, before the worker is asked. */

import { describe, expect, test } from "vitest";
import { whyNot } from "../../../src/page/compare/obstacle";
import type { StudioState } from "../../../src/page/store/state";
import { useStudio } from "../../../src/page/store/store";
import { MOST_RUNS, MOST_TRAININGS } from "../../../src/plan/limits";

/** All is open; these runs are chosen. */
function state(runs: readonly object[], training: object, test: object | null): StudioState {
  return {
    device: { report: { status: "ready" }, lost: null, refused: null, starting: null },
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

describe("from the page's first moment until its sample is open", () => {
  const first = useStudio.getState();
  const device = { ...first.device, report: { status: "ready" } } as StudioState["device"];
  const awaited = { linked: { source: "bundled:tiny-base", precision: "auto" }, folder: null } as const;
  const summary = {} as StudioState["model"]["summary"];
  const opening = "bundled:tiny-base";

  const started = { ...device, starting: null };
  const readingData = { ...device, starting: "data" } as const;

  test.each<[string, Partial<Pick<StudioState, "device" | "model" | "data">>, string]>([
    ["nothing is known", {}, "Looking at what this computer has…"],
    ["the device is known, the model not asked for", { device }, "Loading the base model…"],
    ["the same of a link's model", { device, model: { ...first.model, awaited } }, "Loading the base model…"],
    ["the model is opened", { device, model: { ...first.model, opening } }, "Loading the base model…"],
    [
      "one was refused, and a smaller one is to be opened",
      { device, model: { ...first.model, error: "no room" } },
      "Loading the base model…",
    ],
    ["the data are not asked for", { device: readingData, model: { ...first.model, summary } }, "Opening the data…"],
    [
      "the data are opened",
      { device: readingData, model: { ...first.model, summary }, data: { ...first.data, opening: "Films" } },
      "Opening Films…",
    ],
    [
      "all is over, and there are no data",
      { device: started, model: { ...first.model, summary } },
      "Open data first (step 1).",
    ],
    ["there is no model to open", { device: started }, "No base model is loaded."],
    [
      "the model could not be opened",
      { device: started, model: { ...first.model, error: "no room" } },
      "No base model is loaded.",
    ],
    [
      "it could not, and the data are opened",
      { device: readingData, model: { ...first.model, error: "no room" } },
      "No base model is loaded.",
    ],
    [
      "the link's model is not here",
      { device: started, model: { ...first.model, awaited } },
      "The base model was tiny-base, which is not here: open it again under Base model, or another one.",
    ],
  ])("%s", (_, changed, said) => {
    expect(whyNot({ ...first, ...changed })).toBe(said);
  });
});
