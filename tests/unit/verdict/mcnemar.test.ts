/**
 * How often McNemar's exact test calls a difference, computed without drawing anything, beside the
 * mid-p variant (Fagerland, Lydersen and Laake 2013), which the verdict does not take.
 */

import binomialCdf from "@stdlib/stats-base-dists-binomial-cdf";
import { describe, expect, test } from "vitest";
import { exactMcNemar } from "../../../src/verdict/proportions";

const LEVEL = 0.05;

const share = (count: number, of: number, chance: number) =>
  binomialCdf(count, of, chance) - (count > 0 ? binomialCdf(count - 1, of, chance) : 0);

/** The exact p less half the chance of what was seen, counted once to each side. */
function midP({ first, second }: { first: number; second: number }): number {
  const seen = share(Math.min(first, second), first + second, 0.5);
  return first === second ? 1 - seen / 2 : exactMcNemar({ first, second }) - seen;
}

/**
 * How often a difference is called on `rows` rows, of which two runs differ on each with the
 * chance `apart`, and on those the first is right with the chance `first`.
 */
function called(p: typeof exactMcNemar, rows: number, apart: number, first: number, level = LEVEL): number {
  let sum = 0;
  for (let differing = 1; differing <= rows; differing++) {
    let most = -1;
    while (2 * (most + 1) <= differing && p({ first: most + 1, second: differing - most - 1 }) < level) most++;
    if (most < 0) continue;
    const few = binomialCdf(most, differing, first);
    const many = 1 - binomialCdf(differing - most - 1, differing, first);
    const chance = apart === 1 ? Number(differing === rows) : share(differing, rows, apart);
    sum += chance * (few + many);
  }
  return sum;
}

/** The most over rows and chances to differ, of runs that are equal. */
function worst(p: typeof exactMcNemar, chances: readonly number[]): number {
  const rows = [5, 8, 10, 12, 16, 20, 30, 50, 100];
  return Math.max(...rows.flatMap((count) => chances.map((apart) => called(p, count, apart, 0.5))));
}

describe("of two runs with 80 and 70 % and independent errors, on 300 rows", () => {
  // One alone is right on 0.8 · 0.3 and on 0.2 · 0.7 of them.
  const apart = 0.8 * 0.3 + 0.2 * 0.7;

  test("the exact test calls 78 of 100, the mid-p 81", () => {
    expect(called(exactMcNemar, 300, apart, 0.24 / apart)).toBeCloseTo(0.7823, 4);
    expect(called(midP, 300, apart, 0.24 / apart)).toBeCloseTo(0.8069, 4);
  });

  test.each([
    [1, 313],
    [6, 472],
    [66, 684],
  ])("at a level for %d pairs the exact test calls 80 of 100 on %d rows", (pairs, rows) => {
    expect(called(exactMcNemar, rows, apart, 0.24 / apart, LEVEL / pairs)).toBeCloseTo(0.8, 2);
  });
});

describe("equal runs", () => {
  const chances = [0.1, 0.2, 0.3, 0.4, 0.5];

  test("are called different by the exact test in at most 5 of 100, however many rows they differ on", () => {
    expect(worst(exactMcNemar, [...chances, 0.7, 0.9, 1])).toBeLessThanOrEqual(LEVEL);
  });

  test("by the mid-p in up to 7.7 of 100 where they differ on every row, as two that each say one label do", () => {
    expect(worst(midP, chances)).toBeLessThanOrEqual(LEVEL);
    expect(worst(midP, [1])).toBeCloseTo(0.0768, 4);
  });
});
