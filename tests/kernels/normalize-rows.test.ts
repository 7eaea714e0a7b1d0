import { describe, it } from "vitest";
import { normalizeRows } from "../../src/kernels/normalize-rows";
import { CANCELLING, expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe.each(FITS)("normalize-rows (%s)", (fit) => {
  it.each([
    { rows: 1, width: 1, CENTERED: 0, shift: 0 },
    { rows: 5, width: 67, CENTERED: 0, shift: 0 },
    { rows: 67, width: 19, CENTERED: 1, shift: 0 },
    { rows: 3, width: 130, CENTERED: 1, shift: 20 },
  ])("$rows × $width, centred $CENTERED, mean $shift", async ({ rows, width, CENTERED, shift }) => {
    const epsilon = 1e-5;
    const x = random(rows * width, 1, 2).map((value) => value + shift);
    const out = new Float32Array(rows * width);
    const result = await runKernel(normalizeRows, { x, out }, { rows, width, epsilon }, { CENTERED }, fit);
    const expected = Float64Array.from(x);
    for (let r = 0; r < rows; r++) {
      const row = expected.subarray(r * width, (r + 1) * width);
      const mean = CENTERED === 1 ? row.reduce((sum, value) => sum + value, 0) / width : 0;
      const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + epsilon);
      row.forEach((value, c) => {
        row[c] = (value - mean) / deviation;
      });
    }
    // Where x is near its row's mean, their difference has lost what the mean is larger than it.
    expectClose(result.out, expected, REDUCTION, CENTERED * (1 + shift) * CANCELLING);
  });
});
