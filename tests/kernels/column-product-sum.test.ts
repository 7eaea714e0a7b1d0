import { describe, it } from "vitest";
import { columnProductSum } from "../../src/kernels/column-product-sum";
import { accumulated, CANCELLING, expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe.each(FITS)("column-product-sum (%s)", (fit) => {
  it.each([
    { rows: 71, width: 67, ACCUMULATE: 0 },
    { rows: 5, width: 130, ACCUMULATE: 1 },
  ])("$rows × $width, accumulate $ACCUMULATE", async ({ rows, width, ACCUMULATE }) => {
    const [x, y, out] = [random(rows * width, 1), random(rows * width, 2), random(width, 3)];
    const result = await runKernel(columnProductSum, { x, y, out }, { rows, width }, { ACCUMULATE }, fit);
    const expected = new Float64Array(width);
    for (const [i, value] of x.entries()) expected[i % width] = expected[i % width]! + value * y[i]!;
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
