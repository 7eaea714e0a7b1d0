/**
 * What charts say beside their lines: figures at the crosshair, equal curves.
 */

import { describe, expect, it } from "vitest";
import { equalCurves } from "../../../src/page/charts/equal-curves";
import { nearestLine } from "../../../src/page/charts/nearest-line";
import { plottedLines, plottedRuns } from "../../../src/page/charts/plotted-lines";
import { commonStep, readingAt } from "../../../src/page/charts/readings";
import { usualSmoothing } from "../../../src/page/charts/smooth";
import { addEvaluation, addStep, meanSpeed } from "../../../src/page/curves/run-curves";
import { captionOf } from "../../../src/page/export/chart-caption";
import { comparison, evaluation, record, step } from "./events";

/** Evaluated every ten steps with these losses. */
function evaluated(name: string, losses: readonly number[], fields = {}) {
  const run = record(name, { key: name, ...fields });
  for (const [index, loss] of losses.entries()) {
    addEvaluation(run.curves, evaluation(name, 10 * index, loss, 0.5 + 0.1 * index));
  }
  return run;
}

const lossLines = (...runs: ReturnType<typeof evaluated>[]) =>
  plottedLines(plottedRuns(comparison(runs), [], new Set()), "validation-loss", "step", 0);

describe("a reading", () => {
  const [line] = plottedLines(
    plottedRuns(comparison([evaluated("a", [3, 2, 1])]), [], new Set()),
    "accuracy",
    "step",
    0,
  );

  it("says the step that its value was measured at, not the one that is pointed at", () => {
    expect(readingAt(line!, 14)).toMatchObject({ value: 0.6, step: 10, interval: { of: "rows" } });
    expect(readingAt(line!, 16)).toMatchObject({ value: 0.7, step: 20 });
    expect(readingAt(line!, null)).toMatchObject({ value: 0.7, step: 20 });
  });

  it("is of one step for all, or of each its own", () => {
    const reading = (at: number) => ({ value: 1, step: at, interval: null });
    expect(commonStep([reading(8), null, reading(8)])).toBe(8);
    expect(commonStep([reading(8), reading(10)])).toBeNull();
    expect(commonStep([])).toBeNull();
    const asked = evaluated("asked", [1, 1], { learningRate: null });
    const untrained = lossLines(asked, evaluated("a", [1, 1, 1])).map((each) => readingAt(each, null));
    expect(untrained.map((each) => each?.step)).toEqual([null, 20]);
    expect(commonStep(untrained)).toBe(20);
  });

  it("of several seeds has their standard deviation", () => {
    const seeds = [0, 1].map((seed) => {
      const name = `a (seed ${seed})`;
      const variant = { name, run: "a", group: "a", seed, split: 0, learningRateFactor: 1 };
      return evaluated(name, [1, 1 + seed], { variant });
    });
    const [mean] = lossLines(...seeds);
    const { value, interval } = readingAt(mean!, null)!;
    expect(value).toBe(1.5);
    expect(interval).toEqual({ of: "seeds", deviation: expect.closeTo(Math.SQRT1_2, 12) });
  });
});

describe("equal curves", () => {
  const head = evaluated("Head only", [1.9, 1.8, 1.7071]);

  it("are named where every evaluation agrees to four digits", () => {
    const still = evaluated("AdaLoRA", [1.9, 1.8003, 1.7066]);
    const other = evaluated("LoRA", [1.9, 1.8, 1.69]);
    expect(equalCurves(lossLines(head, still, other))).toEqual([["Head only", "AdaLoRA"]]);
    expect(equalCurves(lossLines(head, other))).toEqual([]);
  });

  it("are not found where there is one evaluation, other steps, or nothing that is trained", () => {
    expect(equalCurves(lossLines(evaluated("a", [1]), evaluated("b", [1])))).toEqual([]);
    expect(equalCurves(lossLines(evaluated("a", [1, 1]), evaluated("b", [1, 1, 1])))).toEqual([]);
    const asked = (name: string) => evaluated(name, [1, 1], { learningRate: null });
    expect(equalCurves(lossLines(asked("a"), asked("b")))).toEqual([]);
  });
});

describe("pointing at a line", () => {
  const lines = lossLines(evaluated("a", [3, 2, 1]), evaluated("b", [3, 3, 3]));
  const toY = (value: number) => 300 - 100 * value;

  it("takes the nearest one within reach", () => {
    expect(nearestLine(lines, 19, 195, toY)).toBe("a");
    expect(nearestLine(lines, 19, 5, toY)).toBe("b");
    expect(nearestLine(lines, 19, 100, toY)).toBeNull();
    expect(nearestLine([], 19, 100, toY)).toBeNull();
  });
});

describe("smoothing, speed and caption", () => {
  it("smooths short runs less", () => {
    expect([12, 99, 100, 200].map(usualSmoothing)).toEqual([0.6, 0.6, 0.9, 0.9]);
  });

  it("takes the speed of seeds from all of their steps", () => {
    const seeds = [0.1, 0.3].map((seconds) => {
      const run = record("a");
      for (let n = 1; n <= 5; n++) addStep(run.curves, step("a", n, 1, { seconds: n * seconds }));
      return run.curves;
    });
    expect(meanSpeed(seeds, 20)!.secondsPerStep).toBeCloseTo(0.2, 12);
    expect(meanSpeed(seeds, 20)!.tokensPerSecond).toBeCloseTo(50, 9);
    expect(meanSpeed([], 20)).toBeNull();
  });

  it("says below a saved chart what it is of", () => {
    const ground = { dataTitle: "sms.csv", modelName: "small-base", startedAt: Date.UTC(2026, 10, 30, 12) };
    expect(captionOf({ ...ground, parts: { train: 5016, validation: 558, test: 0 } })).toMatch(
      /^sms\.csv · small-base · 5,016 training and 558\svalidation rows · Nov 30, 2026/,
    );
    expect(captionOf(ground)).toMatch(/^sms\.csv · small-base · Nov 30, 2026/);
  });
});
