import { describe, it } from "vitest";
import { prependBackwardFront } from "../../src/kernels/prepend-backward-front";
import { accumulated, CANCELLING, expectClose, REDUCTION, random, runKernel } from "./harness";

describe("prepend-backward-front", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const [batch, prefixLength, tokens, width] = [5, 3, 4, 23];
    const outputGradient = random(batch * (prefixLength + tokens) * width, 1);
    const out = random(prefixLength * width, 2);
    const sizes = { batch, prefixLength, tokens, width };
    const result = await runKernel(prependBackwardFront, { outputGradient, out }, sizes, { ACCUMULATE });
    const expected = new Float64Array(prefixLength * width);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < prefixLength; t++) {
        for (let c = 0; c < width; c++) {
          const gradient = outputGradient[(b * (prefixLength + tokens) + t) * width + c]!;
          expected[t * width + c] = expected[t * width + c]! + gradient;
        }
      }
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
