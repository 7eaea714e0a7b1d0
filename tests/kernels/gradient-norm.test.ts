import { expect, it } from "vitest";
import { gradientNorm } from "../../src/kernels/gradient-norm";
import { expectClose, REDUCTION, random, runKernel } from "./harness";

it("gradient-norm is the root of the sum, beside the loss", async () => {
  const partials = random(256, 1).map(Math.abs);
  const result = await runKernel(gradientNorm, { partials, stepFigures: Float32Array.from([5, 6]) }, {});
  expectClose(result.stepFigures.subarray(1), [Math.sqrt(partials.reduce((sum, value) => sum + value, 0))], REDUCTION);
  expect(result.stepFigures[0]).toBe(5);
});
