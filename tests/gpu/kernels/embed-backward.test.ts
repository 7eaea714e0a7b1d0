import { describe, it } from "vitest";
import { embedBackward } from "../../../src/kernels/embed-backward";
import { accumulated, CANCELLING, expectClose, REDUCTION, random, runKernel } from "../harness";

describe("embed-backward", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const [vocabulary, width] = [9, 13];
    const ids = Int32Array.from([3, 0, 3, 8, 3, 1, 8]);
    const rows = ids.length;
    const [outputGradient, out] = [random(rows * width, 1), random(vocabulary * width, 2)];
    const sizes = { rows, vocabulary, width };
    const result = await runKernel(embedBackward, { ids, outputGradient, out }, sizes, { ACCUMULATE });
    const expected = new Float64Array(vocabulary * width);
    for (const [i, value] of outputGradient.entries()) {
      const place = ids[Math.floor(i / width)]! * width + (i % width);
      expected[place] = expected[place]! + value;
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
