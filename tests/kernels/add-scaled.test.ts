import { describe, it } from "vitest";
import { addScaled } from "../../src/kernels/add-scaled";
import { accumulated, ELEMENTWISE, expectClose, random, runKernel } from "./harness";

describe("add-scaled", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const count = 133;
    const [x, out] = [random(count, 1), random(count, 2)];
    const result = await runKernel(addScaled, { x, out }, { count, alpha: -1.5 }, { ACCUMULATE });
    const expected = x.map((value) => -1.5 * value);
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
  });
});
