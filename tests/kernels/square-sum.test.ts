import { describe, it } from "vitest";
import { squareSum } from "../../src/kernels/square-sum";
import { accumulated, expectClose, onProcessor, REDUCTION, random, runKernel } from "./harness";

/** The processor adds all up in the first. */
const partial = (i: number) => (onProcessor ? 0 : i % 256);

describe("square-sum", () => {
  it.each([
    { count: 1, ACCUMULATE: 0 },
    { count: 1999, ACCUMULATE: 0 },
    { count: 1999, ACCUMULATE: 1 },
  ])("$count elements, accumulate $ACCUMULATE", async ({ count, ACCUMULATE }) => {
    const [x, partials] = [random(count, 1), random(256, 2)];
    const result = await runKernel(squareSum, { x, partials }, { count }, { ACCUMULATE });
    const expected = new Float64Array(256);
    for (const [i, value] of x.entries()) expected[partial(i)]! += value ** 2;
    expectClose(result.partials, accumulated(partials, expected, ACCUMULATE), REDUCTION);
  });
});
