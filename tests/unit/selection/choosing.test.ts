/** How rows are chosen from scores and states: against NumPy's and POT's numbers, and by hand. */

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/data/random";
import { takeBand } from "../../../src/selection/band";
import { farthestPoints } from "../../../src/selection/farthest-points";
import { divideByShare, keptCount } from "../../../src/selection/quota";
import { trainingDynamics } from "../../../src/selection/training-dynamics";
import { transport } from "../../../src/selection/transport";
import { cosineDistances, unitStates } from "../../../src/selection/unit-states";
import found from "../../fixtures/selection.json";

const pool = Float64Array.from(found.pool);
const rows = found.pool.length / found.width;
const everyRow = Array.from({ length: rows }, (_, row) => row);

const largest = (own: ArrayLike<number>, other: readonly number[]) =>
  other.reduce((most, value, place) => Math.max(most, Math.abs(value - own[place]!)), 0);

describe("quotas", () => {
  test("a share is rounded to whole rows, one at least", () => {
    expect(keptCount({ share: 0.25 }, 10)).toBe(3);
    expect(keptCount({ share: 0.01 }, 10)).toBe(1);
    expect(keptCount({ rows: 10 }, 10)).toBe(10);
  });

  test("more rows than there are: both numbers", () => {
    expect(() => keptCount({ rows: 1200 }, 1000)).toThrow("1,200 rows cannot be chosen of 1,000 training rows");
  });

  test.each([
    [[50, 30, 20], 10, [5, 3, 2]],
    [[7, 2, 1], 4, [3, 1, 0]],
    [[1, 1, 1], 2, [1, 1, 0]],
  ])("%j divided into %i", (sizes, wanted, parts) => {
    expect(divideByShare(sizes, wanted)).toEqual(parts);
  });
});

describe("bands", () => {
  const scores = [5, 1, Number.NaN, 3, 2, 4, 3];
  test.each([
    ["low", [1, 4, 3]],
    ["high", [0, 5, 3]],
    ["middle", [4, 3, 6]],
  ] as const)("%s", (band, chosen) => {
    expect(takeBand(scores, [0, 1, 2, 3, 4, 5, 6], 3, band)).toEqual(chosen);
  });

  test("a row without a score goes last of all", () => {
    expect(takeBand(scores, [0, 2, 1], 3, "high")).toEqual([0, 1, 2]);
    expect(takeBand(scores, [2, 1], 1, "low")).toEqual([1]);
  });
});

test("far from one another: as NumPy's greedy k-center", async () => {
  expect(await farthestPoints(pool, found.width, everyRow, found.farthest.length)).toEqual(found.farthest);
});

test("of some rows alone", async () => {
  const chosen = await farthestPoints(pool, found.width, [3, 8, 11, 20], 4);
  expect([...chosen].sort((a, b) => a - b)).toEqual([3, 8, 11, 20]);
});

test("states of any length are directions, those of zeros stay", () => {
  const units = unitStates(Float32Array.of(3, 4, 0, 0), 2);
  expect([...units]).toEqual([0.6, 0.8, 0, 0].map((value) => expect.closeTo(value, 12)));
});

describe("towards target rows", () => {
  const target = Float64Array.from(found.target);

  test("gradients are POT's", async () => {
    const costs = await cosineDistances(pool, target, found.width);
    const targets = target.length / found.width;
    const { gradients, residual } = await transport(costs, targets, found.regularization, { tolerance: 1e-10 });
    expect(residual).toBeLessThan(1e-10);
    expect(largest(gradients, found.gradients)).toBeLessThan(1e-8);
  });

  test("of a pool with 30 % rows on target at least 80 % of the first 30 % are", async () => {
    const [random, width] = [new Random(0), 8];
    const around = (center: number) =>
      Array.from({ length: width }, (_, column) => (column === center ? 1 : 0) + 0.3 * random.normal());
    const made = Array.from({ length: 100 }, (_, row) => around(row < 30 ? 0 : 1 + (row % 7))).flat();
    const wanted = Array.from({ length: 20 }, () => around(0)).flat();
    const units = (values: number[]) => unitStates(Float32Array.from(values), width);
    const costs = await cosineDistances(units(made), units(wanted), width);
    const { gradients, residual } = await transport(costs, 20, 0.05);
    expect(residual).toBeLessThan(1e-3);
    const chosen = takeBand(
      gradients,
      Array.from({ length: 100 }, (_, row) => row),
      30,
      "low",
    );
    expect(chosen.filter((row) => row < 30).length).toBeGreaterThanOrEqual(24);
  });

  test("that does not come near enough is said with both numbers", async () => {
    await expect(transport(Float64Array.of(0, 1, 1, 0.5), 2, 1e-3, { tolerance: -1 })).rejects.toThrow(
      /residual is \S+ after 2000 iterations, not below -1/,
    );
  });
});

test("training dynamics are dataset cartography's", () => {
  const dynamics = trainingDynamics(found.losses.map((losses, epoch) => ({ losses, right: found.right[epoch]! })));
  expect(largest(dynamics.confidence, found.confidence)).toBeLessThan(1e-12);
  expect(largest(dynamics.variability, found.variability)).toBeLessThan(1e-12);
  expect(largest(dynamics.correctness, found.correctness)).toBeLessThan(1e-12);
});
