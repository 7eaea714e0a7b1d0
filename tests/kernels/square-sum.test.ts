import { describe, it } from "vitest";
import { squareSum } from "../../src/kernels/square-sum";
import { accumulated, expectClose, REDUCTION, random, runKernel } from "./harness";

describe("square-sum", () => {
  it.each([
    { count: 1, ACCUMULATE: 0 },
    { count: 1999, ACCUMULATE: 0 },
    { count: 1999, ACCUMULATE: 1 },
  ])("$count elements, accumulate $ACCUMULATE", async ({ count, ACCUMULATE }) => {
    const [x, partials] = [random(count, 1), random(256, 2)];
    const result = await runKernel(squareSum, { x, partials }, { count }, { ACCUMULATE });
    const expected = new Float64Array(256);
    for (const [i, value] of x.entries()) expected[i % 256] = expected[i % 256]! + value ** 2;
    expectClose(result.partials, accumulated(partials, expected, ACCUMULATE), REDUCTION);
  });
});
