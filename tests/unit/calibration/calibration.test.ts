/** Temperatures, reliability curves and thresholds against scipy's and scikit-learn's. */

import { describe, expect, test } from "vitest";
import { decidingLogits, tuneCalibration } from "../../../src/calibration/calibration";
import { chancesOf } from "../../../src/calibration/chances";
import type { LabelledLogits } from "../../../src/calibration/labelled-logits";
import { BINS, binned, reliabilityOf } from "../../../src/calibration/reliability";
import { fitTemperature } from "../../../src/calibration/temperature";
import { bestThreshold } from "../../../src/calibration/thresholds";
import fixtures from "../../fixtures/calibration.json";

const cases = fixtures.map((given, index) => ({
  ...given,
  name: `${index + 1}, ${given.several ? "several labels" : "one label"}`,
}));

/** Mean cross-entropy of the rows, or of every label of every row. */
function lossOf({ several, logits, truth }: LabelledLogits, temperature: number): number {
  const losses = logits.flatMap((row, index) => {
    const chances = chancesOf(row, { several, temperature });
    if (!several) return [-Math.log(chances[truth[index]![0]!]!)];
    return Array.from(chances, (chance, label) => -Math.log(truth[index]!.includes(label) ? chance : 1 - chance));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function f1Of(chances: readonly number[], has: readonly boolean[], threshold: number): number {
  const said = chances.map((chance) => chance > threshold);
  const both = has.filter((own, row) => own && said[row]).length;
  return (2 * both) / (has.filter(Boolean).length + said.filter(Boolean).length);
}

describe.each(cases)("case $name", ({ several, logits, truth, temperature, loss, before, after }) => {
  const rows = { several, logits, truth };

  test("the temperature is scipy's, and the losses are scikit-learn's", () => {
    const fitted = fitTemperature(rows);
    if (!("temperature" in fitted)) throw new Error(`There is no temperature: ${fitted.without}.`);
    // Near its lowest a loss is level: a minimiser that compares losses knows half of the digits.
    expect(fitted.temperature / temperature).toBeCloseTo(1, 5);
    for (const [at, value] of Object.entries(loss)) expect(lossOf(rows, Number(at))).toBeCloseTo(value, 8);
    const best = lossOf(rows, fitted.temperature);
    for (const factor of [0.99, 1.01]) expect(lossOf(rows, fitted.temperature * factor)).toBeGreaterThan(best);
  });

  test.each([
    ["before", 1, before],
    ["after", temperature, after],
  ] as const)("the reliability curve %s is scikit-learn's", (_, at, expected) => {
    const { bins, ece } = reliabilityOf(rows, at);
    const filled = bins.filter(({ count }) => count > 0);
    expect(bins).toHaveLength(BINS);
    expect(filled.map(({ count }) => count)).toEqual(expected.counts);
    filled.forEach(({ accuracy, confidence }, index) => {
      expect(accuracy).toBeCloseTo(expected.accuracy[index]!, 12);
      expect(confidence).toBeCloseTo(expected.confidence[index]!, 6);
    });
    expect(ece).toBeCloseTo(expected.ece, 6);
  });
});

describe.each(cases.filter(({ several }) => several))("case $name", ({ several, logits, truth, f1 }) => {
  const labels = f1!.map((_, label) => `label ${label}`);
  const calibration = tuneCalibration({ several, logits, truth }, labels);
  const chances = logits.map((row) => chancesOf(row, { several, temperature: calibration.temperature }));

  test("each threshold has the highest F1 that scikit-learn finds", () => {
    f1!.forEach((best, label) => {
      const own = chances.map((row) => row[label]!);
      const has = truth.map((labels: number[]) => labels.includes(label));
      if (best !== null) expect(f1Of(own, has, calibration.thresholds![label]!)).toBeCloseTo(best, 12);
      else expect(calibration.thresholds![label]).toBe(0.5);
    });
    const few = expect.stringContaining(`tuned on ${truth.length} validation rows`);
    expect(calibration.notes).toEqual([
      ...(truth.length < 50 ? [few] : []),
      "No validation row has label 0: the threshold stays 0.5.",
    ]);
  });

  test("a deciding logit is positive where the chance is above the threshold", () => {
    logits.forEach((row, index) => {
      const deciding = decidingLogits(Float32Array.from(row), calibration);
      chances[index]!.forEach((chance, label) => {
        expect(deciding[label]! > 0).toBe(chance > calibration.thresholds![label]!);
      });
    });
  });
});

describe("a threshold", () => {
  test("stays one half where nothing is better", () => {
    expect(bestThreshold([0.9, 0.7, 0.2, 0.1], [true, true, false, false])).toBe(0.5);
  });

  test("lies in the middle of the gap that it needs", () => {
    expect(bestThreshold([0.3, 0.2, 0.1, 0.05], [true, true, false, false])).toBeCloseTo(0.15, 12);
    expect(bestThreshold([0.9, 0.8, 0.7], [true, false, false])).toBeCloseTo(0.85, 12);
  });

  test("is the nearest to one half of those that are as good", () => {
    // 2 of 2 and 2 of 2 with F1 ⅔: above 0.8 (1 of 1 right, 1 missed), or above 0.15 (2 of 4).
    expect(bestThreshold([0.9, 0.7, 0.65, 0.2, 0.1], [true, false, false, true, false])).toBeCloseTo(0.8, 12);
  });

  test("takes rows of one chance together", () => {
    expect(bestThreshold([0.4, 0.4, 0.4, 0.1], [true, true, false, false])).toBeCloseTo(0.25, 12);
  });

  test("can give the label to every row, and is none where no row has it", () => {
    expect(bestThreshold([0.04, 0.02], [true, true])).toBeCloseTo(0.01, 12);
    expect(bestThreshold([0.9, 0.2], [false, false])).toBeNull();
  });

  test("parts two neighbouring numbers", () => {
    const [high, low] = [0.3, 0.3 - Number.EPSILON / 4];
    const threshold = bestThreshold([high, low], [true, false])!;
    expect([high > threshold, low > threshold]).toEqual([true, false]);
  });
});

describe("without a best temperature", () => {
  const one = (logits: number[][], truth: number[]): LabelledLogits => ({
    several: false,
    logits,
    truth: truth.map((label) => [label]),
  });

  test("rows that are all right leave it at 1", () => {
    const right = [
      [2, 1],
      [0, 3],
    ];
    const calibration = tuneCalibration(one(right, [0, 1]), ["a", "b"]);
    expect(calibration).toMatchObject({ temperature: 1, thresholds: null });
    expect(calibration.notes).toEqual([expect.stringContaining("The temperature stays 1.")]);
  });

  test("rows that are all wrong, or said alike, make it the highest", () => {
    for (const [first, second] of [
      [2, 1],
      [1, 1],
    ] as const) {
      const rows = one(
        [
          [first, second],
          [second, first],
        ],
        [1, 0],
      );
      const { temperature, notes } = tuneCalibration(rows, ["a", "b"]);
      expect(temperature).toBe(100);
      expect(notes).toHaveLength(1);
    }
  });

  test("a label that was ruled out has no say", () => {
    const sure = [
      [1, 0],
      [0.5, 1.5],
      [1.2, 0.4],
    ];
    const ruled = sure.map((row) => [...row, Number.NEGATIVE_INFINITY]);
    expect(fitTemperature(one(ruled, [0, 1, 1]))).toEqual(fitTemperature(one(sure, [0, 1, 1])));
  });
});

test("bins are open below and closed above, and 0 is in the first", () => {
  const { bins, ece } = binned([0, 1 / 15, 1], [false, true, true]);
  expect(bins.map(({ count }) => count)).toEqual([2, ...Array(13).fill(0), 1]);
  expect(bins[0]).toMatchObject({ confidence: 1 / 30, accuracy: 0.5 });
  expect(bins[7]).toMatchObject({ confidence: null, accuracy: null });
  expect(ece).toBeCloseTo((1 - 1 / 15) / 3, 12);
  expect(binned([], []).ece).toBe(0);
});

test.each([
  [49, [expect.stringContaining("tuned on 49 validation rows. Of fewer than 50 they are a guess")]],
  [50, []],
])("thresholds of %d validation rows: what is said", (count, notes) => {
  const truth = Array.from({ length: count }, (_, row) => (row % 3 === 0 ? [0] : row % 3 === 1 ? [1] : []));
  // Every tenth is wrong, so that there is a temperature.
  const logits = truth.map((own, row) => [0, 1].map((label) => (own.includes(label) === row % 10 > 0 ? 1 : -1)));
  expect(tuneCalibration({ several: true, logits, truth }, ["a", "b"]).notes).toEqual(notes);
});
