/**
 * Sums that decide something are added up in float64: after 2^24 a float32 sum takes no 1 any more,
 * and each of these would be wrong by all the ones.
 */

import { expect, test } from "vitest";
import { binned } from "../../../src/calibration/reliability";
import { formats } from "../../../src/data/formats/registry";
import { norm } from "../../../src/data/norm";
import type { TokenizedExample } from "../../../src/data/tokens";
import { spreadOf } from "../../../src/plan/variants";
import { trialOf } from "../../../src/search/halving";
import { meanAbsoluteError, pearson, rootMeanSquaredError } from "../../../src/tasks/metrics/correlation";
import { drawnQuotient } from "../../../src/tasks/metrics/drawn";
import { meanLossOf } from "../../../src/tasks/task";

const LARGE = 2 ** 24;
const ONES = 8;
const VALUES = [LARGE, ...new Array<number>(ONES).fill(1)];
const MEAN = (LARGE + ONES) / VALUES.length;

const row = (value: number): TokenizedExample => ({
  ids: Int32Array.of(1),
  labels: Int32Array.of(0),
  values: Float32Array.of(value),
  row: 2,
  fullLength: 1,
  truncated: false,
});
const rows = VALUES.map(row);
const zeros = VALUES.map(() => 0);

test.each<[string, () => number, number]>([
  [
    "the loss of an evaluation",
    () => meanLossOf({ outputs: [], losses: VALUES.map((loss) => Float32Array.of(loss)) }, rows),
    MEAN,
  ],
  [
    "the loss of a row of many labels",
    () => meanLossOf({ outputs: [], losses: [Float32Array.from(VALUES)] }, [{ ...row(0), labels: new Int32Array(9) }]),
    MEAN,
  ],
  [
    "the mean of numbers",
    () => formats.regression.scale!(rows.map((own) => ({ ...own, text: "", textPair: null, label: 0 }))).mean,
    MEAN,
  ],
  ["the norm of gradients", () => norm(Float32Array.from([4096, ...VALUES.slice(1)])) ** 2, LARGE + ONES],
  ["the mean of seeds", () => spreadOf(VALUES).mean, MEAN],
  ["the mean error", () => meanAbsoluteError(VALUES, zeros), MEAN],
  [
    "the mean squared error",
    () => rootMeanSquaredError([4096, ...VALUES.slice(1)], zeros) ** 2 * VALUES.length,
    LARGE + ONES,
  ],
  [
    "a correlation",
    () =>
      pearson(
        VALUES,
        VALUES.map((value) => value + 1),
      ),
    1,
  ],
  [
    "a metric over drawn rows",
    () =>
      drawnQuotient(Float64Array.from(VALUES), new Uint8Array(VALUES.length).fill(1)).over(
        Uint16Array.from(VALUES, () => 1),
      ),
    MEAN,
  ],
  ["the loss of a search's trial", () => trialOf({ factor: 1, rate: 1 }, 1, VALUES).loss!, MEAN],
  [
    "how often a chance comes true",
    // 2^-12 apart from 1 in a float32 sum of 5,000 chances.
    () => binned(new Array<number>(5000).fill(0.9), new Array<boolean>(5000).fill(true)).bins.at(-2)!.confidence!,
    0.9,
  ],
])("%s", (_, compute, expected) => {
  expect(Math.abs(compute() - expected) / expected).toBeLessThan(1e-12);
});
