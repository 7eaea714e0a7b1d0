import { describe, it } from "vitest";
import { scaleColumns } from "../../src/kernels/scale-columns";
import { accumulated, ELEMENTWISE, expectClose, random, runKernel } from "./harness";

describe("scale-columns", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const [rows, width] = [13, 17];
    const [x, weight, out] = [random(rows * width, 1), random(width, 2), random(rows * width, 3)];
    const result = await runKernel(scaleColumns, { x, weight, out }, { rows, width }, { ACCUMULATE });
    const expected = x.map((value, i) => value * weight[i % width]!);
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), ELEMENTWISE);
  });
});
