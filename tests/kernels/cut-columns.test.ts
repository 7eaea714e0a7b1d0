import { expect, it } from "vitest";
import { cutColumns } from "../../src/kernels/cut-columns";
import { random, runKernel } from "./harness";

it("cut-columns", async () => {
  const [rows, width, inWidth, start] = [9, 11, 29, 13];
  const [x, out] = [random(rows * inWidth, 1), random(rows * width, 2)];
  const result = await runKernel(cutColumns, { x, out }, { rows, width, inWidth, start });
  const expected = out.map((_, i) => x[Math.floor(i / width) * inWidth + start + (i % width)]!);
  expect([...result.out!]).toEqual([...expected]);
});
