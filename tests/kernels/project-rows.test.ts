import { expect, it } from "vitest";
import { projectRows } from "../../src/kernels/project-rows";
import { ELEMENTWISE, expectClose, random, runKernel } from "./harness";

it("project-rows", async () => {
  const [rows, width, limit] = [67, 13, 2];
  const x = random(rows * width, 1);
  x.fill(0, 0, width);
  const result = await runKernel(projectRows, { x }, { rows, width, limit });
  const norms = Array.from({ length: rows }, (_, row) => Math.hypot(...x.subarray(row * width, (row + 1) * width)));
  expect(norms.some((norm) => norm > limit) && norms.some((norm) => norm > 0 && norm < limit)).toBe(true);
  const expected = Float64Array.from(x, (value, index) => {
    const norm = norms[Math.floor(index / width)]!;
    return value * (norm > limit ? limit / norm : 1);
  });
  expectClose(result.x, expected, ELEMENTWISE);
});
