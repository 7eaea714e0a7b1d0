import { describe, it } from "vitest";
import { placeColumns } from "../../src/kernels/place-columns";
import { ELEMENTWISE, expectClose, random, runKernel } from "./harness";

describe("place-columns", () => {
  it.each([0, 1])("accumulate %i", async (ACCUMULATE) => {
    const [rows, width, outWidth, start] = [9, 11, 29, 13];
    const [x, out] = [random(rows * width, 1), random(rows * outWidth, 2)];
    const sizes = { rows, width, outWidth, start };
    const result = await runKernel(placeColumns, { x, out }, sizes, { ACCUMULATE });
    const expected = Float64Array.from(out, (before, i) => {
      const column = (i % outWidth) - start;
      if (column < 0 || column >= width) return before;
      return x[Math.floor(i / outWidth) * width + column]! + (ACCUMULATE ? before : 0);
    });
    expectClose(result.out, expected, ELEMENTWISE);
  });
});
