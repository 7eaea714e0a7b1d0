/**
 * Weights of rows and tokens through the shares into every kernel of a loss: loss and gradient are
 * torch's weighted mean, and to the bit those without weights where all weights are 1.
 */

import { describe, expect, it } from "vitest";
import { crossEntropy } from "../../src/kernels/cross-entropy";
import { labelShares } from "../../src/kernels/label-shares";
import { languageLoss } from "../../src/kernels/language-loss";
import { meanLoss } from "../../src/kernels/mean-loss";
import { valueLoss } from "../../src/kernels/value-loss";
import { rowWeightCases } from "../fixtures/reference";
import { expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

const found = await rowWeightCases();

type Numbers = Float32Array<ArrayBuffer>;
type Fit = (typeof FITS)[number];

/** What each kernel of a loss makes of shares: losses and the gradient of the logits. */
type Computed = (shares: Numbers, fit: Fit) => Promise<{ losses: Numbers; gradient: Numbers }>;

async function weighedBy(labels: Int32Array<ArrayBuffer>, weights: Numbers | null, compute: Computed, fit: Fit) {
  const count = labels.length;
  const given = { labels, weights: weights ?? new Float32Array(1), shares: random(count, 3) };
  const { shares } = await runKernel(labelShares, given, { count, span: 1 }, { WEIGHTED: weights ? 1 : 0 }, fit);
  const { losses, gradient } = await compute(Float32Array.from(shares), fit);
  const stepFigures = new Float32Array(3);
  const places = { losses, shares: Float32Array.from(shares), stepFigures };
  const { stepFigures: said } = await runKernel(meanLoss, places, { rows: count, place: 0 }, {}, fit);
  return { loss: said.slice(0, 1), gradient };
}

function check(
  labels: Int32Array<ArrayBuffer>,
  weights: readonly number[],
  expected: { loss: number; gradient: readonly number[] },
  compute: Computed,
) {
  it.each(FITS)("is torch's (%s)", async (fit) => {
    const said = await weighedBy(labels, Float32Array.from(weights), compute, fit);
    expectClose(said.loss, Float64Array.of(expected.loss), REDUCTION);
    expectClose(said.gradient, Float64Array.from(expected.gradient), REDUCTION);
    const plain = await weighedBy(labels, null, compute, fit);
    expect(Math.abs(plain.loss[0]! - expected.loss)).toBeGreaterThan(1e-2);
  });

  it.each(FITS)("weights of 1 are none, to the bit (%s)", async (fit) => {
    const ones = new Float32Array(labels.length).fill(1);
    const [weighted, plain] = [
      await weighedBy(labels, ones, compute, fit),
      await weighedBy(labels, null, compute, fit),
    ];
    expect(weighted).toEqual(plain);
  });
}

describe.each([0, 1, 2])("cross-entropy, case %i", (index) => {
  const { logits, labels: given, own, byClass, ...expected } = found.crossEntropy[index];
  const labels = Int32Array.from(given as number[]);
  const rows = labels.length;
  const weights = (own as number[]).map((weight, i) => (labels[i]! < 0 ? 1 : weight * byClass[labels[i]!]));

  describe("through a head of its own", () => {
    check(labels, weights, expected, async (shares, fit) => {
      const places = { logits: Float32Array.from(logits), labels, shares, rowLoss: random(rows, 4) };
      const out = random(logits.length, 5);
      const said = await runKernel(crossEntropy, { ...places, out }, { rows, classes: byClass.length }, {}, fit);
      return { losses: Float32Array.from(said.rowLoss), gradient: Float32Array.from(said.out) };
    });
  });

  describe("over a vocabulary", () => {
    check(labels, weights, expected, async (shares, fit) => {
      const indexes = Int32Array.from(labels.keys());
      const buffers = { logits: Float32Array.from(logits), indexes, labels, shares, losses: new Float32Array(rows) };
      const sizes = { start: 0, rows, vocabulary: byClass.length, cap: 0 };
      const said = await runKernel(languageLoss, { ...buffers, predictions: new Float32Array(rows) }, sizes, {}, fit);
      return { losses: Float32Array.from(said.losses), gradient: Float32Array.from(said.logits) };
    });
  });
});

describe.each([
  ["binary", 0],
  ["binary", 1],
  ["squared", 0],
] as const)("%s, case %i", (kind, index) => {
  const { logits, classes, values, own, positive, ...expected } = found[kind][index];
  const labels = new Int32Array(own.length);
  check(labels, own, expected, async (shares, fit) => {
    const rows = labels.length;
    const given = { logits: Float32Array.from(logits), values: Float32Array.from(values), labels, shares };
    const positiveWeights = Float32Array.from(values, (_, i) => positive[i % classes]);
    const written = { rowLoss: random(rows, 4), out: random(rows * classes, 5) };
    const options = { SQUARED: kind === "squared" ? 1 : 0, WEIGHTED: kind === "binary" ? 1 : 0 };
    const said = await runKernel(valueLoss, { ...given, positiveWeights, ...written }, { rows, classes }, options, fit);
    return { losses: Float32Array.from(said.rowLoss), gradient: Float32Array.from(said.out) };
  });
});
