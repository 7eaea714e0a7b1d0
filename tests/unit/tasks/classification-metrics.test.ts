import { describe, expect, test } from "vitest";
import {
  accuracy,
  argmax,
  classMetrics,
  confusionMatrix,
  macroAverage,
  softmax,
} from "../../../src/tasks/metrics/classification";

describe("one row of logits", () => {
  const logits = Float32Array.of(9, 9, 1, 3, 2, 0, 5, 5);

  test("argmax looks at its own classes; the first one wins a tie", () => {
    expect(argmax(logits, 2, 3)).toBe(1);
    expect(argmax(logits, 5, 3)).toBe(1);
    expect(argmax(Float32Array.of(-3, -1, -2), 0, 3)).toBe(1);
  });

  test("softmax by hand, and without overflow", () => {
    // e^1, e^3, e^2 over their sum 30.1928748…
    const [a, b, c] = softmax(logits, 2, 3) as [number, number, number];
    expect(a).toBeCloseTo(0.0900305731703805, 12);
    expect(b).toBeCloseTo(0.665240955774822, 12);
    expect(c).toBeCloseTo(0.244728471054798, 12);
    expect(softmax(Float32Array.of(1000, 1000), 0, 2)).toEqual([0.5, 0.5]);
    expect(softmax(Float32Array.of(-1e30, 0), 0, 2)).toEqual([0, 1]);
  });
});

describe("over all rows", () => {
  const truth = [0, 0, 0, 1, 1, 2];
  const predicted = [0, 0, 1, 1, 2, 2];
  const confusion = confusionMatrix(truth, predicted, 3);

  test("confusion: true classes are rows, predicted ones columns", () => {
    expect(confusion).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(confusionMatrix([], [], 2)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("precision, recall and F1 by hand", () => {
    const [first, second, third] = classMetrics(confusion);
    // 2 of 2 claimed, 2 of 3 found: F1 = 2 · 1 · 2/3 / (5/3) = 4/5.
    expect(first!.precision).toBe(1);
    expect(first!.recall).toBeCloseTo(2 / 3, 15);
    expect(first!.f1).toBeCloseTo(0.8, 15);
    // 1 of 2 claimed, 1 of 2 found.
    expect(second).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
    // 1 of 2 claimed, 1 of 1 found: F1 = 2 · 1/2 / (3/2) = 2/3.
    expect(third!.precision).toBe(0.5);
    expect(third!.recall).toBe(1);
    expect(third!.f1).toBeCloseTo(2 / 3, 15);
    expect([first, second, third].map((metrics) => metrics!.support)).toEqual([3, 2, 1]);
  });

  test("accuracy 4/6, macro F1 (4/5 + 1/2 + 2/3) / 3 = 59/90", () => {
    expect(accuracy(confusion)).toBeCloseTo(4 / 6, 15);
    expect(macroAverage(confusion).f1).toBeCloseTo(59 / 90, 15);
    expect(accuracy(confusionMatrix([], [], 2))).toBe(0);
  });

  test("a class that is never predicted counts with 0, one that never occurs does not count", () => {
    // As scikit-learn's f1_score(average="macro", zero_division=0): classes are those of truth or
    // prediction.
    const never = confusionMatrix([0, 0, 1], [0, 0, 0], 3);
    // Class 0: precision 2/3, recall 1, F1 4/5; class 1: 0; class 2 does not occur.
    expect(classMetrics(never)[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(macroAverage(never).f1).toBeCloseTo(0.4, 15);
    // Class 2 is predicted but never true: it counts, with 0.
    const wrong = confusionMatrix([0, 0, 1], [0, 2, 1], 4);
    expect(macroAverage(wrong).f1).toBeCloseTo((2 / 3 + 1 + 0) / 3, 15);
    expect(macroAverage(confusionMatrix([], [], 2)).f1).toBe(0);
  });
});
