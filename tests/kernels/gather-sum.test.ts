import { describe, it } from "vitest";
import { gatherSum } from "../../src/kernels/gather-sum";
import { accumulated, expectClose, REDUCTION, random, randomIntegers, runKernel } from "./harness";

describe("gather-sum", () => {
  it.each([
    { rows: 71, count: 3, length: 67, ACCUMULATE: 0 },
    { rows: 5, count: 1, length: 130, ACCUMULATE: 1 },
  ])("$count of $length in $rows rows, accumulate $ACCUMULATE", async ({ rows, count, length, ACCUMULATE }) => {
    const [x, out] = [random(length, 1), random(rows, 2)];
    const places = randomIntegers(rows * count, 3, 0, length).fill(length, 1, 4);
    const result = await runKernel(gatherSum, { x, places, out }, { rows, count, length }, { ACCUMULATE });
    const expected = new Float64Array(rows);
    for (const [i, place] of places.entries()) {
      const row = Math.floor(i / count);
      expected[row] = expected[row]! + (x[place] ?? 0);
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION);
  });
});
