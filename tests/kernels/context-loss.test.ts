import { describe, expect, it } from "vitest";
import { contextShares } from "../../src/kernels/context-shares";
import { scaleRows } from "../../src/kernels/scale-rows";
import { ELEMENTWISE, expectClose, REDUCTION, random, randomIntegers, runKernel } from "./harness";

describe("context-shares", () => {
  it("counts the prompt's labels once for every row that has any", async () => {
    const [rows, tokens, columns, count] = [67, 5, 13, 3];
    const labels = Int32Array.from(randomIntegers(rows * tokens, 1, 0, 3), (label) => label - 2);
    labels.fill(-100, (rows - 2) * tokens);
    const weights = new Float32Array(columns);
    weights.set([0.25, 0.5, 1], 4);
    // Places without a weight may hold anything.
    const losses = new Float32Array(columns).fill(Number.NaN);
    losses.set([3, 2, 1.5], 4);
    const given = { labels, weights, losses, metrics: random(3, 2), shares: random(1 + columns, 3) };
    const result = await runKernel(contextShares, given, { rows, tokens, columns, count });
    const own = Array.from({ length: rows }, (_, row) =>
      labels.subarray(row * tokens, (row + 1) * tokens).reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0),
    );
    const labelled = own.reduce((sum, one) => sum + one, 0);
    const context = count * own.filter((one) => one > 0).length;
    expect(context).toBeLessThan(count * (rows - 1));
    const all = labelled + context;
    expectClose(result.shares, Float64Array.of(labelled / all, ...weights.map((w) => (w * context) / all)), REDUCTION);
    expectClose(result.metrics, Float64Array.of(given.metrics[0]!, given.metrics[1]!, 3.25 / 3), REDUCTION);
  });
});

describe("scale-rows", () => {
  it("gives the first rows one factor and each one behind them its own", async () => {
    const [own, rows, width] = [7, 11, 67];
    const [shares, x] = [random(1 + rows - own, 1), random(rows * width, 2)];
    const result = await runKernel(scaleRows, { shares, x }, { own, rows, width });
    const expected = Float64Array.from(x, (value, i) => {
      const row = Math.floor(i / width);
      return value * shares[row < own ? 0 : 1 + row - own]!;
    });
    expectClose(result.x, expected, ELEMENTWISE);
  });
});
