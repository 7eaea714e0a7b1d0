import { describe, it } from "vitest";
import { columnSum } from "../../src/kernels/column-sum";
import { accumulated, CANCELLING, expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe.each(FITS)("column-sum (%s)", (fit) => {
  it.each([
    { rows: 1, width: 1, ACCUMULATE: 0 },
    { rows: 71, width: 67, ACCUMULATE: 0 },
    { rows: 5, width: 130, ACCUMULATE: 1 },
  ])("$rows × $width, accumulate $ACCUMULATE", async ({ rows, width, ACCUMULATE }) => {
    const [x, out] = [random(rows * width, 1), random(width, 2)];
    const result = await runKernel(columnSum, { x, out }, { rows, width }, { ACCUMULATE }, fit);
    const expected = new Float64Array(width);
    for (const [i, value] of x.entries()) expected[i % width] = expected[i % width]! + value;
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
