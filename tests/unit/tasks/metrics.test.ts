import { describe, expect, test } from "vitest";
import { percentile, percentileInterval } from "../../../src/tasks/bootstrap";
import { matthews } from "../../../src/tasks/metrics/classification";
import { meanAbsoluteError, pearson, rootMeanSquaredError, spearman } from "../../../src/tasks/metrics/correlation";
import { entities, entityScores } from "../../../src/tasks/metrics/entities";

describe("entities", () => {
  test("seqeval's documented example: one of two entities found", () => {
    const truth = [
      ["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"],
      ["B-PER", "I-PER", "O"],
    ];
    const predicted = [
      ["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"],
      ["B-PER", "I-PER", "O"],
    ];
    const { overall, perType } = entityScores(truth, predicted);
    expect(overall).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
    expect(perType.map(({ type, f1 }) => [type, f1])).toEqual([
      ["MISC", 0],
      ["PER", 1],
    ]);
  });

  test.each([
    [
      "B-PER I-PER O B-LOC",
      [
        ["PER", 0, 1],
        ["LOC", 3, 3],
      ],
    ],
    [
      "I-PER I-PER O I-LOC",
      [
        ["PER", 0, 1],
        ["LOC", 3, 3],
      ],
    ],
    [
      "B-PER B-PER I-LOC",
      [
        ["PER", 0, 0],
        ["PER", 1, 1],
        ["LOC", 2, 2],
      ],
    ],
    [
      "S-PER B-LOC E-LOC I-LOC",
      [
        ["PER", 0, 0],
        ["LOC", 1, 2],
        ["LOC", 3, 3],
      ],
    ],
    ["B-creative-work I-creative-work", [["creative-work", 0, 1]]],
    ["O O", []],
  ])("of %s", (tags, expected) => {
    expect(entities(tags.split(" ")).map(({ type, start, end }) => [type, start, end])).toEqual(expected);
  });
});

describe("correlation", () => {
  test("by hand, ties sharing their ranks", () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 12);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5).
    expect(spearman([1, 5, 5, 9], [10, 20, 30, 40])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
    expect(pearson([1, 1], [1, 2])).toBeNaN();
  });

  test("errors", () => {
    expect(rootMeanSquaredError([1, 2], [1, 4])).toBeCloseTo(Math.SQRT2, 12);
    expect(meanAbsoluteError([1, 2], [1, 4])).toBe(1);
  });
});

test("Matthews' coefficient: scikit-learn's documented example, and no denominator", () => {
  // y_true = [1, 1, 1, −1], y_pred = [1, −1, 1, 1] → −0.33
  expect(
    matthews([
      [0, 1],
      [1, 2],
    ]),
  ).toBeCloseTo(-1 / 3, 12);
  expect(
    matthews([
      [3, 0],
      [2, 0],
    ]),
  ).toBe(0);
});

describe("bootstrap", () => {
  test("percentiles are interpolated as numpy's", () => {
    expect(percentile([1, 2, 3, 4], 0.25)).toBeCloseTo(1.75, 12);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test("the interval of a share is near the normal one, and the same for the same seed", () => {
    const right = Array.from({ length: 400 }, (_, row) => (row % 4 === 0 ? 0 : 1));
    const share = (counts: Uint16Array) => counts.reduce((sum, count, row) => sum + count * right[row]!, 0) / 400;
    const { low, high } = percentileInterval(400, 3, share);
    const half = 1.96 * Math.sqrt((0.75 * 0.25) / 400);
    expect(Math.abs(low - (0.75 - half))).toBeLessThan(0.01);
    expect(Math.abs(high - (0.75 + half))).toBeLessThan(0.01);
    expect(percentileInterval(400, 3, share)).toEqual({ low, high });
  });
});
