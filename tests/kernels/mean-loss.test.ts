import { describe, expect, it } from "vitest";
import { meanLoss } from "../../src/kernels/mean-loss";
import { expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

describe.each(FITS)("mean-loss (%s)", (fit) => {
  it.each([
    { rows: 1, ignored: 0, place: 0 },
    { rows: 133, ignored: 12, place: 0 },
    { rows: 13, ignored: 4, place: 2 },
    { rows: 5, ignored: 5, place: 0 },
  ])("$rows rows, $ignored ignored, into place $place", async ({ rows, ignored, place }) => {
    // What has no share may hold anything.
    const losses = random(rows, 1).map(Math.abs).fill(Number.NaN, 0, ignored);
    const shares = random(rows, 2).map(Math.abs).fill(0, 0, ignored);
    const stepFigures = Float32Array.from([7, 8, 9]);
    const result = await runKernel(meanLoss, { losses, shares, stepFigures }, { rows, place }, {}, fit);
    const expected = Float64Array.from(stepFigures);
    expected[place] = 0;
    for (let row = ignored; row < rows; row++) expected[place]! += shares[row]! * losses[row]!;
    expectClose(result.stepFigures, expected, REDUCTION);
  });

  it("is not finite when a loss that counts is not", async () => {
    const given = {
      losses: Float32Array.of(1, Number.NaN),
      shares: Float32Array.of(0.5, 0.5),
      stepFigures: new Float32Array(3),
    };
    const result = await runKernel(meanLoss, given, { rows: 2, place: 0 }, {}, fit);
    expect(Number.isFinite(result.stepFigures[0])).toBe(false);
  });
});
