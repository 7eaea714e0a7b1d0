/** The tests and intervals behind a verdict against scipy's, statsmodels' and published values. */

import tCdf from "@stdlib/stats-base-dists-t-cdf";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { describe, expect, test } from "vitest";
import { draws } from "../../../src/tasks/bootstrap";
import { type DrawnMetric, drawnQuotient, drawnShare } from "../../../src/tasks/metrics/drawn";
import { compareOutcomes } from "../../../src/verdict/compare-outcomes";
import { holm } from "../../../src/verdict/holm";
import { exactMcNemar, pairedDifference } from "../../../src/verdict/proportions";
import { verdictDraws } from "../../../src/verdict/resampling";
import { mean, pooledSeeds, seedPart, standardError, tLimit, tTest } from "../../../src/verdict/rows-and-seeds";
import { wilson } from "../../../src/verdict/wilson";
import fixtures from "../../fixtures/verdict.json";

/** So many rows of which those at the front are right. */
const shareOf = (...counts: [right: boolean, rows: number][]) =>
  drawnShare(Uint8Array.from(counts.flatMap(([right, rows]) => new Array<number>(rows).fill(Number(right)))));

test.each(fixtures.paired)(
  "McNemar's exact p and Wilson's intervals are statsmodels': $first against $second",
  (rows) => {
    expect(exactMcNemar(rows)).toBeCloseTo(rows.p, 12);
    const all = rows.both + rows.first + rows.second + rows.neither;
    [rows.first, rows.second].forEach((own, index) => {
      const { low, high } = wilson((rows.both + own) / all, all);
      expect(low).toBeCloseTo(rows.wilson[index]![0]!, 12);
      expect(high).toBeCloseTo(rows.wilson[index]![1]!, 12);
    });
  },
);

test("McNemar's p is 1 where no row is one run's alone", () => {
  expect(exactMcNemar({ first: 0, second: 0 })).toBe(1);
});

test("the interval of a paired difference is Newcombe's (1998, table II, method 10)", () => {
  const { low, high } = pairedDifference({ both: 36, first: 12, second: 2, neither: 0 });
  expect(low).toBeCloseTo(0.0569, 4);
  expect(high).toBeCloseTo(0.3404, 4);
  const other = pairedDifference({ both: 36, first: 2, second: 12, neither: 0 });
  expect(other.low).toBeCloseTo(-high, 12);
  expect(other.high).toBeCloseTo(-low, 12);
});

test.each(fixtures.holm)("Holm's adjustment is statsmodels'", ({ values, adjusted }) => {
  holm(values).forEach((value, index) => void expect(value).toBeCloseTo(adjusted[index]!, 12));
});

test.each(fixtures.t)("Student's t at %d with %d degrees of freedom is scipy's", (x, freedom, share, back) => {
  expect(tCdf(x!, freedom!) / share!).toBeCloseTo(1, 9);
  expect(tQuantile(share!, freedom!)).toBeCloseTo(back!, 8);
});

describe.each(fixtures.crossed)("rows and seeds", ({ values, ofRows, ofSeeds, error, freedom, p, limit }) => {
  const seeds = values[0]!.map((_, seed) => mean(values.map((row) => row[seed]!)));

  test("the parts of the variance are those of statsmodels' analysis of variance", () => {
    expect(seedPart(seeds, 1, null).variance).toBeCloseTo(ofSeeds, 12);
    const found = standardError(
      { variance: ofRows, freedom: values.length - 1 },
      { variance: ofSeeds, freedom: seeds.length - 1 },
    );
    expect(found.error).toBeCloseTo(error, 12);
    expect(found.freedom).toBeCloseTo(freedom, 9);
    expect(tTest(mean(seeds), found) / p).toBeCloseTo(1, 8);
    expect(tLimit(found)).toBeCloseTo(limit, 8);
  });

  test("the bootstrap gives the part of the rows", () => {
    const outcome = seeds.map((_, seed) =>
      drawnQuotient(
        values.map((row) => row[seed]!),
        values.map(() => 1),
      ),
    );
    const constant = seeds.map(() =>
      drawnQuotient(
        values.map(() => 0),
        values.map(() => 1),
      ),
    );
    const [found] = compareOutcomes([outcome, constant], values.length, draws(values.length, 0, 10_000)).differences;
    const n = values.length;
    expect(found!.test).toBe("rows and seeds");
    // The bootstrap's variance is of n, not n − 1.
    expect(found!.parts.rows.variance / ((ofRows * (n - 1)) / n)).toBeCloseTo(1, 1);
    expect(found!.parts.seeds!.variance).toBeCloseTo(ofSeeds, 12);
    expect(found!.difference.value).toBeCloseTo(mean(seeds), 12);
  });
});

test.each(fixtures.pooled)("chance between seeds over all runs is statsmodels' residual of runs × seeds", (fixture) => {
  const { variance, freedom } = pooledSeeds(fixture.values)!;
  expect(variance).toBeCloseTo(fixture.variance, 12);
  expect(freedom).toBe(fixture.freedom);
});

test("one run alone has no chance between seeds to share", () => {
  expect(pooledSeeds([[1, 2, 3]])).toBeNull();
});

describe("compared outcomes", () => {
  const compare = (outcomes: DrawnMetric[][], rows: number) => compareOutcomes(outcomes, rows, verdictDraws(rows, 0));

  test("of shares with one seed are McNemar's and Newcombe's", () => {
    const one = shareOf([true, 48], [false, 2]);
    const other = drawnShare(Uint8Array.from({ length: 50 }, (_, row) => Number(row < 36 || row >= 48)));
    const { values, differences } = compare([[one], [other]], 50);
    expect(values[0]).toEqual({ value: 0.96, ...wilson(0.96, 50) });
    const [pair] = differences;
    expect(pair!.test).toBe("exact McNemar");
    expect(pair!.p).toBe(exactMcNemar({ first: 12, second: 2 }));
    expect(pair!.difference.low).toBeCloseTo(0.0569, 4);
    expect(pair!.adjustedP).toBe(pair!.p);
  });

  test("of other metrics with one seed are the paired bootstrap's: the same rows for both", () => {
    // The second is the first and a tenth: row by row they differ by the same.
    const noise = Array.from({ length: 40 }, (_, row) => Math.sin(row * 7));
    const ones = noise.map(() => 1);
    const [first, second] = [noise, noise.map((value) => value + 0.1)].map((own) => drawnQuotient(own, ones));
    const [pair] = compare([[first!], [second!]], 40).differences;
    expect(pair!.test).toBe("paired bootstrap");
    expect(pair!.difference.low).toBeCloseTo(-0.1, 9);
    expect(pair!.difference.high).toBeCloseTo(-0.1, 9);
    expect(pair!.adjustedP).toBeLessThan(0.05);
  });

  test("are the same whenever they are made", () => {
    const outcome = (shift: number) => [
      drawnQuotient(
        Array.from({ length: 30 }, (_, row) => Math.cos(row + shift)),
        new Array<number>(30).fill(1),
      ),
    ];
    expect(compare([outcome(0), outcome(1)], 30)).toEqual(compare([outcome(0), outcome(1)], 30));
  });

  test("are tested as with one seed where no seed changes anything", () => {
    const one = shareOf([true, 48], [false, 2]);
    const other = shareOf([true, 30], [false, 20]);
    const [pair] = compare(
      [
        [one, one, one],
        [other, other, other],
      ],
      50,
    ).differences;
    expect(pair!.test).toBe("exact McNemar");
  });

  test("of five rows are no proof, however they fall", () => {
    const [pair] = compare(
      [
        [shareOf([true, 5]), shareOf([true, 5])],
        [shareOf([false, 5]), shareOf([false, 5])],
      ],
      5,
    ).differences;
    expect(pair!.p).toBeCloseTo(0.0625, 12);
    const seeds = [shareOf([true, 5]), shareOf([true, 4], [false, 1])];
    const [varying] = compare([seeds, [shareOf([false, 5]), shareOf([false, 5])]], 5).differences;
    expect(varying!.test).toBe("rows and seeds");
    expect(varying!.p).toBeGreaterThanOrEqual(0.0625);
  });

  test("allow for chance between all runs' seeds, where two agree by chance", () => {
    const steady = (right: number) => [shareOf([true, right], [false, 300 - right])];
    const seeds = (...rights: number[]) => rights.flatMap(steady);
    const runs = [seeds(220, 221, 220), seeds(190, 190, 191), seeds(150, 230, 200), seeds(240, 170, 220)];
    const alone = compare(runs.slice(0, 2), 300).differences[0]!;
    const among = compare(runs, 300).differences[0]!;
    expect(alone.p).toBeLessThan(0.05);
    expect(among.p).toBeGreaterThan(0.05);
  });

  test("need the same number of seeds", () => {
    const one = shareOf([true, 3]);
    expect(() => compare([[one], [one, one]], 3)).toThrow("Runs with 1 and 2 seeds have no common comparison.");
  });

  test("take an interval inside 0 and 1 with several seeds", () => {
    const { values } = compare([[shareOf([true, 50]), shareOf([true, 49], [false, 1])]], 50);
    expect(values[0]!.high).toBeLessThanOrEqual(1);
    expect(values[0]!.low).toBeGreaterThan(0.7);
    expect(values[0]!.low).toBeLessThan(0.99);
  });
});
