import { describe, expect, it } from "vitest";
import { contextShares } from "../../src/kernels/context-shares";
import { expectClose, FITS, REDUCTION, random, randomIntegers, runKernel } from "./harness";

describe.each(FITS)("context-shares (%s)", (fit) => {
  const [rows, tokens, columns, count] = [67, 5, 13, 3];
  const labels = Int32Array.from(randomIntegers(rows * tokens, 1, 0, 3), (label) => label - 2);
  labels.fill(-100, (rows - 2) * tokens);
  const meanShares = new Float32Array(columns);
  meanShares.set([0.25 / 3, 0.5 / 3, 1 / 3], 4);
  const shared = (weights: Float32Array<ArrayBuffer>, WEIGHTED: 0 | 1) => {
    const given = { labels, weights, meanShares, shares: random(rows * tokens, 2), promptShares: random(columns, 3) };
    return runKernel(contextShares, given, { rows, tokens, columns, count }, { WEIGHTED }, fit);
  };
  const ownOf = (row: number) =>
    [...labels.keys()].slice(row * tokens, (row + 1) * tokens).filter((i) => labels[i]! >= 0);

  it("counts the prompt's labels once for every row that has any", async () => {
    const result = await shared(new Float32Array(1), 0);
    const own = Array.from({ length: rows }, (_, row) => ownOf(row).length);
    const labelled = own.reduce((sum, one) => sum + one, 0);
    const context = count * own.filter((one) => one > 0).length;
    expect(context).toBeLessThan(count * (rows - 1));
    const all = labelled + context;
    expectClose(
      result.shares,
      Float64Array.from(labels, (label) => (label < 0 ? 0 : 1 / all)),
      REDUCTION,
    );
    expectClose(
      result.promptShares,
      Float64Array.from(meanShares, (share) => (share * context) / all),
      REDUCTION,
    );
  });

  it("by weights counts them in every row as its labels count in the mean", async () => {
    const weights = random(rows * tokens, 7, 3).map(Math.abs);
    weights.fill(0, 0, tokens);
    const result = await shared(weights, 1);
    const sumOf = (row: number) => ownOf(row).reduce((sum, i) => sum + weights[i]!, 0);
    let [own, context] = [0, 0];
    for (let row = 0; row < rows; row++) {
      own += sumOf(row);
      if (ownOf(row).length > 0) context += (count * sumOf(row)) / ownOf(row).length;
    }
    const all = own + context;
    expectClose(
      result.shares,
      Float64Array.from(labels, (label, i) => (label < 0 ? 0 : weights[i]! / all)),
      REDUCTION,
    );
    expectClose(
      result.promptShares,
      Float64Array.from(meanShares, (share) => (share * context) / all),
      REDUCTION,
    );
  });

  it("by weights of 1 is as without weights, to the bit", async () => {
    const [weighted, plain] = [
      await shared(new Float32Array(rows * tokens).fill(1), 1),
      await shared(new Float32Array(1), 0),
    ];
    expect(weighted.shares).toEqual(plain.shares);
    expect(weighted.promptShares).toEqual(plain.promptShares);
  });
});
