/** Pairs of columns that were rotated and scaled, by the definition: each pair's 2 × 2 matrix, written out. */

import { describe, it } from "vitest";
import { rotatePairsBackward } from "../../src/kernels/rotate-pairs-backward";
import { rotatePairsFactors } from "../../src/kernels/rotate-pairs-factors";
import { accumulated, CANCELLING, expectClose, FITS, REDUCTION, random, runKernel } from "./harness";

/** Both columns of every pair, and the places of their factors. */
function pairsOf(width: number, half: number, SHARED: number) {
  return Array.from({ length: width / 2 }, (_, pair) => {
    const first = Math.floor(pair / half) * 2 * half + (pair % half);
    const columns = [first, first + half] as const;
    return { columns, factors: SHARED ? ([pair, pair] as const) : columns };
  });
}

const cases = [
  { rows: 7, width: 18, half: 3, SHARED: 0, ACCUMULATE: 0 },
  { rows: 7, width: 18, half: 3, SHARED: 1, ACCUMULATE: 1 },
  { rows: 71, width: 134, half: 67, SHARED: 0, ACCUMULATE: 1 },
  { rows: 5, width: 130, half: 1, SHARED: 1, ACCUMULATE: 0 },
];
const named = "$rows × $width, half $half, shared $SHARED, accumulate $ACCUMULATE";

describe("rotate-pairs-backward", () => {
  it.each(cases)(named, async ({ rows, width, half, SHARED, ACCUMULATE }) => {
    const count = SHARED ? width / 2 : width;
    const [along, across] = [random(count, 1), random(count, 2)];
    const [outputGradient, out] = [random(rows * width, 3), random(rows * width, 4)];
    const result = await runKernel(
      rotatePairsBackward,
      { along, across, outputGradient, out },
      { rows, width, half },
      { SHARED, ACCUMULATE },
    );
    const expected = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      for (const { columns, factors } of pairsOf(width, half, SHARED)) {
        const [first, second] = columns.map((column) => row * width + column) as [number, number];
        const [dy1, dy2] = [outputGradient[first]!, outputGradient[second]!];
        expected[first] = along[factors[0]]! * dy1 + across[factors[1]]! * dy2;
        expected[second] = along[factors[1]]! * dy2 - across[factors[0]]! * dy1;
      }
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});

describe.each(FITS)("rotate-pairs-factors (%s)", (fit) => {
  const turned = cases.flatMap((one) => [0, 1].map((TURNED) => ({ ...one, TURNED })));
  it.each(turned)(`${named}, turned $TURNED`, async ({ rows, width, half, SHARED, ACCUMULATE, TURNED }) => {
    const count = SHARED ? width / 2 : width;
    const [x, outputGradient, out] = [random(rows * width, 1), random(rows * width, 2), random(count, 3)];
    const result = await runKernel(
      rotatePairsFactors,
      { x, outputGradient, out },
      { rows, width, half },
      { SHARED, ACCUMULATE, TURNED },
      fit,
    );
    const expected = new Float64Array(count);
    for (let row = 0; row < rows; row++) {
      for (const { columns, factors } of pairsOf(width, half, SHARED)) {
        const [x1, x2] = columns.map((column) => x[row * width + column]!) as [number, number];
        const [dy1, dy2] = columns.map((column) => outputGradient[row * width + column]!) as [number, number];
        expected[factors[0]]! += (TURNED ? -x2 : x1) * dy1;
        expected[factors[1]]! += (TURNED ? x1 : x2) * dy2;
      }
    }
    expectClose(result.out, accumulated(out, expected, ACCUMULATE), REDUCTION, CANCELLING);
  });
});
