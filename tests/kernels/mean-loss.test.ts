import { describe, expect, it } from "vitest";
import { meanLoss } from "../../src/kernels/mean-loss";
import { expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe.each(FITS)("mean-loss (%s)", (fit) => {
  it.each([
    { rows: 1, ignored: 0 },
    { rows: 133, ignored: 12 },
    { rows: 5, ignored: 5 },
  ])("$rows rows, $ignored ignored", async ({ rows, ignored }) => {
    const rowLoss = random(rows, 1).map(Math.abs).fill(0, 0, ignored);
    const labels = new Int32Array(rows).fill(1).fill(-100, 0, ignored);
    const metrics = Float32Array.from([7, 8]);
    const result = await runKernel(meanLoss, { rowLoss, labels, metrics }, { rows }, {}, fit);
    const sum = rowLoss.reduce((total, value) => total + value, 0);
    expectClose(result.metrics.subarray(0, 1), [sum / Math.max(1, rows - ignored)], REDUCTION);
    expect(result.metrics[1]).toBe(8);
  });
});
