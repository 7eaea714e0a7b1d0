/**
 * Losses with class weights against torch's `CrossEntropyLoss(weight)` and
 * `BCEWithLogitsLoss(pos_weight)`, and fits against scikit-learn's `class_weight`, in float64.
 */

import { describe, expect, test } from "vitest";
import { balancedWeights, weighRows } from "../../../src/data/class-weights";
import type { TokenizedExample } from "../../../src/data/tokens";
import { fitLogisticRegression } from "../../../src/methods/fitted-head/logistic-regression";
import { Program } from "../../../src/program/program";
import { classLoss, valuesLoss } from "../../../src/tasks/heads";
import { classWeightCases } from "../../fixtures/reference";
import { runLoss } from "../interpreter/loss";

const found = await classWeightCases();
const CLASSES = 4;
const NAMES = ["a", "b", "c", "d"];
const POSITIVE = { positive: "positiveWeights" };

/** Rows of one label each, or one row of tokens, as by hand. */
function example(labels: readonly number[], values?: readonly number[]): TokenizedExample {
  const ids = Int32Array.from(labels);
  const own = values ? { values: Float32Array.from(values) } : {};
  return { ids, labels: ids, ...own, row: 2, fullLength: ids.length, truncated: false };
}
const byName = (weights: readonly number[]) => Object.fromEntries(NAMES.map((name, id) => [name, weights[id]!]));
const compute = (loss: ReturnType<typeof classLoss>, logits: readonly number[], channels: Record<string, number[]>) => {
  const arrays = Object.fromEntries(Object.entries(channels).map(([name, own]) => [name, Float64Array.from(own)]));
  return runLoss(loss, Float64Array.from(logits), arrays as never, () => expect.unreachable());
};

/** Largest distance. */
const apart = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Math.max(...Array.from(one, (value, index) => Math.abs(value - other[index]!)));

describe("cross-entropy", () => {
  test.each([0, 1, 2])("case %i: loss and gradient are torch's", (index) => {
    const { labels, weights, logits, loss, gradient } = found.crossEntropy[index];
    const [row] = weighRows([example(labels)], NAMES, byName(weights), false);
    const output = new Program().activation("logits", [labels.length, CLASSES]);
    const said = compute(classLoss(output, { weights: { channel: "weights", span: 1 } }), logits, {
      labels,
      weights: [...row!.weights!],
    });
    expect(Math.abs(said.stepFigures[0]! - loss)).toBeLessThan(1e-6);
    expect(said.seed).toHaveLength(gradient.length);
    expect(apart(said.seed, gradient)).toBeLessThan(1e-6);
    const plain = compute(classLoss(output), logits, { labels });
    expect(Math.abs(plain.stepFigures[0]! - loss)).toBeGreaterThan(1e-3);
    // What is recorded of each label, and so of validation rows, has no weights.
    expect([...said.losses]).toEqual([...plain.losses]);
  });
});

describe("binary cross-entropy", () => {
  const { values, weights, logits, loss, gradient } = found.binary;
  const size = values.length / CLASSES;
  const labels = new Array<number>(size).fill(0);
  const output = new Program().activation("logits", [size, CLASSES]);

  test("loss and gradient are torch's", () => {
    const rows = labels.map((_, row) => example([0], values.slice(row * CLASSES, (row + 1) * CLASSES)));
    const weighed = weighRows(rows, NAMES, byName(weights), true);
    const positiveWeights = weighed.flatMap((row) => [...row.positiveWeights!]);
    const said = compute(valuesLoss(output, "binary", POSITIVE), logits, { labels, values, positiveWeights });
    expect(Math.abs(said.stepFigures[0]! - loss)).toBeLessThan(1e-6);
    expect(said.seed).toHaveLength(gradient.length);
    expect(apart(said.seed, gradient)).toBeLessThan(1e-6);
  });

  test("weights of 1 are none", () => {
    const ones = values.map(() => 1);
    const said = compute(valuesLoss(output, "binary", POSITIVE), logits, {
      labels,
      values,
      positiveWeights: ones,
    });
    const plain = compute(valuesLoss(output, "binary"), logits, { labels, values });
    expect(apart(said.seed, plain.seed)).toBeLessThan(1e-12);
    expect(Math.abs(plain.stepFigures[0]! - loss)).toBeGreaterThan(1e-3);
  });
});

describe("a fitted head", () => {
  test.each([0, 1, 2])("case %i: weights and biases are scikit-learn's", async (index) => {
    const { classes, given, labels, states, weight, bias } = found.fitted[index];
    const counts = Array.from({ length: classes }, (_, id) => labels.filter((label: number) => label === id).length);
    const byId = given === "balanced" ? balancedWeights(counts) : given;
    const width = states.length / labels.length;
    const rows = { states: Float32Array.from(states), width, labels: Int32Array.from(labels), classes };
    const weights = Float32Array.from(labels, (label: number) => byId[label]);
    const fit = await fitLogisticRegression({ ...rows, weights }, { c: 2, maxIterations: 500 });
    expect(fit.converged).toBe(true);
    const plain = await fitLogisticRegression(rows, { c: 2, maxIterations: 500 });
    // Of two labels scikit-learn keeps the difference.
    const [own, shift] =
      classes === 2
        ? [fit.weight.slice(width).map((value, column) => value - fit.weight[column]!), [fit.bias[1]! - fit.bias[0]!]]
        : [fit.weight, fit.bias];
    expect(apart(own, weight.flat())).toBeLessThan(1e-4);
    expect(apart(shift, bias)).toBeLessThan(1e-4);
    expect(apart(fit.bias, plain.bias)).toBeGreaterThan(0.1);
  });
});
