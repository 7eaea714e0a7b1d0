/**
 * Means over several seeds, measured on the same rows: how far they may be from what other rows and
 * other seeds would give. Rows and seeds are crossed, since every seed is measured on every row, so
 * the variance is a part of the rows' and a part of the seeds'.
 */

import tCdf from "@stdlib/stats-base-dists-t-cdf";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";

export interface StandardError {
  readonly error: number;
  readonly freedom: number;
}

/** A part of a variance, and from how many independent numbers it was estimated. */
export interface VariancePart {
  readonly variance: number;
  readonly freedom: number;
}

/**
 * What chance between seeds adds to the variance of a mean over them, of every run alike: the mean
 * square of runs × seeds, so that what a seed does to all runs does not count. `values`:
 * [runs][seeds], of the runs that come out differently with another seed; null for fewer than two.
 */
export function pooledSeeds(values: readonly (readonly number[])[]): VariancePart | null {
  if (values.length < 2) return null;
  const seeds = values[0]!.length;
  const ofRun = values.map(mean);
  const ofSeed = Array.from({ length: seeds }, (_, seed) => mean(values.map((own) => own[seed]!)));
  const all = mean(ofRun);
  let squares = 0;
  values.forEach((own, run) => {
    own.forEach((value, seed) => {
      squares += (value - ofRun[run]! - ofSeed[seed]! + all) ** 2;
    });
  });
  const freedom = (values.length - 1) * (seeds - 1);
  return { variance: squares / freedom / seeds, freedom };
}

/**
 * The part of the seeds in the variance of a mean. Two or ten seeds say little of it, and the pair
 * that differs most by chance is the one that looks steadiest by chance, so the larger of two
 * estimates counts: of these values alone, and of what all runs show (`pooledSeeds`). `varying`: of
 * how many runs that vary between seeds the values are made: 1 or 2.
 */
export function seedPart(values: readonly number[], varying: 1 | 2, pooled: VariancePart | null): VariancePart {
  const seeds = values.length;
  const own = variance(values) / seeds;
  const freedom = Math.max(seeds - 1, pooled?.freedom ?? 0);
  return { variance: Math.max(own, varying * (pooled?.variance ?? 0)), freedom };
}

/**
 * Both parts together, with the degrees of freedom by Satterthwaite (1946): but at most twice those
 * of the seeds, because by his formula too few seeds look like enough wherever they agree by
 * chance.
 */
export function standardError(rows: VariancePart, seeds: VariancePart | null): StandardError {
  if (!seeds) return { error: Math.sqrt(rows.variance), freedom: rows.freedom };
  const sum = rows.variance + seeds.variance;
  if (sum === 0) return { error: 0, freedom: seeds.freedom };
  const freedom = sum ** 2 / (rows.variance ** 2 / rows.freedom + seeds.variance ** 2 / seeds.freedom);
  return { error: Math.sqrt(sum), freedom: Math.min(freedom, 2 * seeds.freedom) };
}

/** Two-sided p of a difference by Student's t; 1 where there is no difference. */
export function tTest(difference: number, { error, freedom }: StandardError): number {
  if (difference === 0) return 1;
  return error === 0 ? 0 : Math.min(1, 2 * tCdf(-Math.abs(difference) / error, freedom));
}

/** Standard errors to either side that hold 95 %. */
export function tLimit({ freedom }: StandardError): number {
  return tQuantile(0.975, freedom);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** Of a sample (n − 1); 0 for a single value. */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += (values[index]! - centre) ** 2;
  return squares / Math.max(1, values.length - 1);
}
