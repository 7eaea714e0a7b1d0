import { describe, it } from "vitest";
import { prependBackwardRows } from "../../src/kernels/prepend-backward-rows";
import { accumulated, ELEMENTWISE, expectClose, random, runKernel } from "./harness";

describe("prepend-backward-rows", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const [batch, prefixLength, tokens, width] = [3, 2, 5, 7];
    const outputGradient = random(batch * (prefixLength + tokens) * width, 1);
    const out = random(batch * tokens * width, 2);
    const sizes = { batch, prefixLength, tokens, width };
    const result = await runKernel(prependBackwardRows, { outputGradient, out }, sizes, { ACCUMULATE });
    const expected = Array.from({ length: batch }, (_, b) => {
      const start = b * (prefixLength + tokens) * width;
      return [...outputGradient.slice(start + prefixLength * width, start + (prefixLength + tokens) * width)];
    }).flat();
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
  });
});
