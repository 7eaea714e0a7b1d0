import { describe, expect, it } from "vitest";
import { labelShares } from "../../src/kernels/label-shares";
import { expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe.each(FITS)("label-shares (%s)", (fit) => {
  const shapes = [
    { count: 1, ignored: 0 },
    { count: 133, ignored: 12 },
    { count: 5, ignored: 5 },
  ];

  it.each(shapes)("$count labels, $ignored ignored, count the same", async ({ count, ignored }) => {
    const labels = new Int32Array(count).fill(1).fill(-100, 0, ignored);
    const shares = random(count, 2);
    const result = await runKernel(
      labelShares,
      { labels, weights: new Float32Array(1), shares },
      { count, span: 1 },
      {},
      fit,
    );
    const expected = Float64Array.from(labels, (label) => (label < 0 ? 0 : 1 / (count - ignored)));
    expectClose(result.shares, expected, REDUCTION);
  });

  it.each([
    { count: 67, span: 1, ignored: 5 },
    { count: 7 * 19, span: 19, ignored: 23 },
    { count: 9, span: 3, ignored: 9 },
  ])("$count labels, $ignored ignored, by a weight for each $span", async ({ count, span, ignored }) => {
    const labels = new Int32Array(count).fill(0).fill(-1, count - ignored);
    const weights = random(count / span, 1, 3).map(Math.abs);
    // A weight of 0 takes labels out as an ignored one does.
    weights[0] = 0;
    const shares = random(count, 2);
    const result = await runKernel(labelShares, { labels, weights, shares }, { count, span }, { WEIGHTED: 1 }, fit);
    const own = Float64Array.from(labels, (label, i) => (label < 0 ? 0 : weights[Math.floor(i / span)]!));
    const total = own.reduce((sum, weight) => sum + weight, 0);
    expectClose(result.shares, total > 0 ? own.map((weight) => weight / total) : own, REDUCTION);
    expect(result.shares.subarray(0, span).every((share) => share === 0)).toBe(true);
  });
});
