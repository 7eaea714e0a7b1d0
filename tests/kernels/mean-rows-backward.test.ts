import { describe, it } from "vitest";
import { meanRowsBackward } from "../../src/kernels/mean-rows-backward";
import { accumulated, ELEMENTWISE, expectClose, random, runKernel } from "./harness";

describe("mean-rows-backward", () => {
  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ])("accumulate %i, with the prefix %i", async (ACCUMULATE, COUNT_PREFIX) => {
    const [batch, tokens, prefixLength, width] = [4, 9, 3, 11];
    const lengths = Int32Array.from([1, 6, 3, 5]);
    const [outputGradient, out] = [random(batch * width, 1), random(batch * tokens * width, 2)];
    const sizes = { batch, tokens, prefixLength, width };
    const result = await runKernel(meanRowsBackward, { lengths, outputGradient, out }, sizes, {
      ACCUMULATE,
      COUNT_PREFIX,
    });
    const expected = new Float64Array(batch * tokens * width);
    const first = COUNT_PREFIX === 1 ? 0 : prefixLength;
    lengths.forEach((length, b) => {
      const count = prefixLength + length - first;
      const share = Float64Array.from(outputGradient.subarray(b * width, (b + 1) * width), (value) => value / count);
      for (let n = first; n < prefixLength + length; n++) expected.set(share, (b * tokens + n) * width);
    });
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
  });
});
