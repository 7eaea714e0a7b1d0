import { describe, it } from "vitest";
import { embedBackward } from "../../src/kernels/embed-backward";
import { accumulated, CANCELLING, expectClose, REDUCTION, random, runKernel } from "./harness";

describe("embed-backward", () => {
  it.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])("accumulate %i, transposed %i", async (ACCUMULATE, TRANSPOSED) => {
    const [vocabulary, width] = [9, 13];
    const ids = Int32Array.from([3, 0, 3, 8, 3, 1, 8]);
    const rows = ids.length;
    const [outputGradient, out] = [random(rows * width, 1), random(vocabulary * width, 2)];
    const sizes = { rows, vocabulary, width };
    const result = await runKernel(embedBackward, { ids, outputGradient, out }, sizes, { TRANSPOSED, ACCUMULATE });
    const expected = new Float64Array(vocabulary * width);
    for (const [i, value] of outputGradient.entries()) {
      const [word, column] = [ids[Math.floor(i / width)]!, i % width];
      const place = TRANSPOSED === 1 ? column * vocabulary + word : word * width + column;
      expected[place] = expected[place]! + value;
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
