import { describe, expect, it } from "vitest";
import { contextShares } from "../../src/kernels/context-shares";
import { expectClose, REDUCTION, random, randomIntegers, runKernel } from "./harness";

describe("context-shares", () => {
  it("counts the prompt's labels once for every row that has any", async () => {
    const [rows, tokens, columns, count] = [67, 5, 13, 3];
    const labels = Int32Array.from(randomIntegers(rows * tokens, 1, 0, 3), (label) => label - 2);
    labels.fill(-100, (rows - 2) * tokens);
    const meanShares = new Float32Array(columns);
    meanShares.set([0.25 / 3, 0.5 / 3, 1 / 3], 4);
    const given = { labels, meanShares, shares: random(rows * tokens, 2), promptShares: random(columns, 3) };
    const result = await runKernel(contextShares, given, { rows, tokens, columns, count });
    const own = Array.from({ length: rows }, (_, row) =>
      labels.subarray(row * tokens, (row + 1) * tokens).reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0),
    );
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
});
