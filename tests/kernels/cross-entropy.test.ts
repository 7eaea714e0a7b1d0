import { describe, expect, it } from "vitest";
import { crossEntropy } from "../../src/kernels/cross-entropy";
import { expectClose, FITS, REDUCTION, random, randomIntegers, runKernel } from "./harness";

function reference(logits: Float32Array, labels: Int32Array, shares: Float32Array, classes: number) {
  const rowLoss = new Float64Array(labels.length);
  const gradient = new Float64Array(logits.length);
  labels.forEach((label, r) => {
    if (label < 0) return;
    const row = Float64Array.from(logits.subarray(r * classes, (r + 1) * classes));
    const largest = Math.max(...row);
    const logSumExp = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    rowLoss[r] = logSumExp - row[label]!;
    row.forEach((value, c) => {
      gradient[r * classes + c] = (Math.exp(value - logSumExp) - (c === label ? 1 : 0)) * shares[r]!;
    });
  });
  return { rowLoss, gradient };
}

describe.each(FITS)("cross-entropy (%s)", (fit) => {
  it.each([
    { rows: 1, classes: 2, ignored: 0, scale: 1 },
    { rows: 7, classes: 3, ignored: 2, scale: 5 },
    { rows: 67, classes: 5, ignored: 3, scale: 2 },
    { rows: 3, classes: 131, ignored: 0, scale: 300 },
    { rows: 4, classes: 3, ignored: 4, scale: 1 },
  ])("$rows rows of $classes classes, $ignored ignored, logits up to $scale", async (shape) => {
    const { rows, classes, ignored, scale } = shape;
    const logits = random(rows * classes, 1, scale);
    const labels = randomIntegers(rows, 2, 0, classes).fill(-100, 0, ignored);
    const shares = random(rows, 5).map(Math.abs).fill(0, 0, ignored);
    const [rowLoss, out] = [random(rows, 3), random(rows * classes, 4)];
    const result = await runKernel(crossEntropy, { logits, labels, shares, rowLoss, out }, { rows, classes }, {}, fit);
    const expected = reference(logits, labels, shares, classes);
    expectClose(result.rowLoss, expected.rowLoss, REDUCTION);
    expectClose(result.out, expected.gradient, REDUCTION);
  });

  it("makes the loss not finite when a logit is not a number", async () => {
    const logits = Float32Array.from([0.5, Number.NaN, 0.1]);
    const labels = Int32Array.from([0]);
    const buffers = {
      logits,
      labels,
      shares: Float32Array.of(1),
      rowLoss: new Float32Array(1),
      out: new Float32Array(3),
    };
    const result = await runKernel(crossEntropy, buffers, { rows: 1, classes: 3 }, {}, fit);
    expect(Number.isFinite(result.rowLoss[0])).toBe(false);
  });
});
