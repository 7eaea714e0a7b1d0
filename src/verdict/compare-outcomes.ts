/**
 * Runs that were measured on the same rows: each one's value with its 95 % interval, and every
 * difference with its interval and p. `docs/verdict.md` says the formulas and where they are from.
 */

import { percentile } from "../tasks/bootstrap";
import type { DrawnMetric } from "../tasks/metrics/drawn";
import { holm } from "./holm";
import { exactMcNemar, type PairedRows, pairedDifference } from "./proportions";
import { resample } from "./resampling";
import {
  mean,
  pooledSeeds,
  seedPart,
  standardError,
  tLimit,
  tTest,
  type VariancePart,
  variance,
} from "./rows-and-seeds";
import type { Interval, VerdictPair } from "./verdict";
import { wilson } from "./wilson";

/** A run on the rows that decide: the metric with each of its seeds, in the seeds' order. */
export type Outcome = readonly DrawnMetric[];

/** Two runs by their places; `difference` is the first's value less the second's. */
export interface Difference extends Omit<VerdictPair, "first" | "second" | "beyondLuck"> {
  readonly first: number;
  readonly second: number;
  /** Of its variance. */
  readonly parts: { readonly rows: VariancePart; readonly seeds: VariancePart | null };
}

export interface ComparedOutcomes {
  readonly values: Interval[];
  /** Every pair once, the earlier run first; p is adjusted over all of them. */
  readonly differences: Difference[];
  /** Of every run less the bar, in the runs' order, where there is one; nothing is adjusted. */
  readonly overBar: Omit<Difference, "first" | "second" | "adjustedP">[];
}

/**
 * Compares runs with the same number of seeds on `rows` rows. `drawn`: how often each row is drawn,
 * in every draw of the bootstrap (`verdictDraws`); the same outcomes and draws give the same
 * numbers. `bar`: what every run is compared with beside; default: nothing.
 * @throws Error when runs have different numbers of seeds
 */
export function compareOutcomes(
  outcomes: readonly Outcome[],
  rows: number,
  drawn: Iterable<Uint16Array>,
  bar: DrawnMetric | null = null,
): ComparedOutcomes {
  const counts = new Set(outcomes.map(({ length }) => length));
  if (counts.size > 1) throw new Error(`Runs with ${[...counts].join(" and ")} seeds have no common comparison.`);
  const ofBar = bar && outcomes[0]?.map(() => bar);
  const all = sampleOutcomes(ofBar ? [...outcomes, ofBar] : outcomes, rows, drawn);
  const samples = all.slice(0, outcomes.length);
  const barSample = all[outcomes.length];
  const pooled = pooledSeeds(samples.filter(({ varies }) => varies).map(({ values }) => values));
  const found = samples.flatMap((one, first) =>
    samples.slice(first + 1).map((other, index) => ({
      first,
      second: first + 1 + index,
      ...differ(one, other, pooled),
    })),
  );
  const adjusted = holm(found.map(({ p }) => p));
  return {
    values: samples.map((sample) => intervalOf(sample, pooled)),
    differences: found.map((difference, index) => ({ ...difference, adjustedP: adjusted[index]! })),
    overBar: barSample ? samples.map((sample) => differ(sample, barSample, pooled)) : [],
  };
}

/** What is known of a run. */
interface Sample {
  readonly rows: number;
  readonly outcome: Outcome;
  /** Of every seed. */
  readonly values: readonly number[];
  /** Whether it says something else with another seed. */
  readonly varies: boolean;
  /** Of shares of right rows: [rows], the share of the seeds that have the row right. */
  readonly right: Float64Array | null;
  /** Of all other metrics: [draws], the mean over the seeds on the drawn rows. */
  readonly drawn: Float64Array | null;
}

function sampleOutcomes(outcomes: readonly Outcome[], rows: number, drawn: Iterable<Uint16Array>): Sample[] {
  const once = new Uint16Array(rows).fill(1);
  const metrics = outcomes.flat();
  const shares = metrics.flatMap(({ right }) => right ?? []);
  const kind = shares.length === metrics.length ? "right" : "drawn";
  const known: readonly ArrayLike<number>[] = kind === "right" ? shares : resample(metrics, drawn);
  let taken = 0;
  return outcomes.map((outcome): Sample => {
    const own = known.slice(taken, taken + outcome.length);
    taken += outcome.length;
    const sample = { rows, outcome, values: outcome.map(({ over }) => over(once)), right: null, drawn: null };
    return { ...sample, varies: own.some((seed) => !isSame(seed, own[0]!)), [kind]: meanOf(own) };
  });
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let index = 0; index < a.length; index++) if (!Object.is(a[index], b[index])) return false;
  return true;
}

/** Place by place. */
function meanOf(arrays: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from({ length: arrays[0]!.length }, (_, place) => mean(arrays.map((array) => array[place]!)));
}

/** The part of the rows in the variance of a value or difference, from `right` or `drawn`. */
function rowPart(rows: number, spread: Float64Array, isDrawn: boolean): VariancePart {
  return { variance: isDrawn ? variance(defined(spread)) : variance(spread) / rows, freedom: Math.max(1, rows - 1) };
}

const defined = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));

function intervalOf({ rows, values, varies, right, drawn }: Sample, pooled: VariancePart | null): Interval {
  const value = mean(values);
  if (!varies) return { value, ...(right ? wilson(value, rows) : percentiles(drawn!)) };
  const part = rowPart(rows, right ?? drawn!, right === null);
  const error = standardError(part, seedPart(values, 1, pooled));
  const limit = tLimit(error);
  if (!right) return { value, low: value - limit * error.error, high: value + limit * error.error };
  // Wilson's interval of as many independent rows as would have this standard error (Franco 2019).
  const spread = value * (1 - value);
  return {
    value,
    ...wilson(value, spread > 0 ? Math.min(rows * values.length, spread / error.error ** 2) : rows, limit),
  };
}

type Found = Omit<Difference, "first" | "second" | "adjustedP">;

function differ(one: Sample, other: Sample, pooled: VariancePart | null): Found {
  return one.varies || other.varies ? differOverSeeds(one, other, pooled) : differOnRows(one, other);
}

/** Without chance between seeds. */
function differOnRows(one: Sample, other: Sample): Found {
  const rows = rowPart(one.rows, minus(one, other), one.right === null);
  if (!one.right || !other.right)
    return { ...studentDifference(one, other, { rows, seeds: null }), test: "paired bootstrap" };
  const paired = pairedRows(one.right, other.right);
  const difference = { value: mean(one.values) - mean(other.values), ...pairedDifference(paired) };
  return { difference, test: "exact McNemar", p: exactMcNemar(paired), parts: { rows, seeds: null } };
}

function differOverSeeds(one: Sample, other: Sample, pooled: VariancePart | null): Found {
  const rows = rowPart(one.rows, minus(one, other), one.right === null);
  const values = one.values.map((value, seed) => value - other.values[seed]!);
  const seeds = seedPart(values, one.varies && other.varies ? 2 : 1, pooled);
  return { ...studentDifference(one, other, { rows, seeds }), test: "rows and seeds" };
}

/** By Student's t. */
function studentDifference(one: Sample, other: Sample, parts: Difference["parts"]): Omit<Found, "test"> {
  const value = mean(one.values) - mean(other.values);
  const error = standardError(parts.rows, parts.seeds);
  const half = error.error * tLimit(error);
  return {
    difference: { value, low: value - half, high: value + half },
    p: Math.max(leastP(rowsApart(one, other)), tTest(value, error)),
    parts,
  };
}

function minus(one: Sample, other: Sample): Float64Array {
  const [a, b] = [one.right ?? one.drawn!, other.right ?? other.drawn!];
  return a.map((value, place) => value - b[place]!);
}

/** More rows than this bound no p that anybody writes down. */
const ROWS_THAT_BOUND = 60;

/** On how many rows two runs differ in what counts for the metric, as far as that bounds p. */
function rowsApart(one: Sample, other: Sample): number {
  if (one.right) return minus(one, other).filter(Boolean).length;
  let apart = 0;
  for (let row = 0; row < one.rows && apart < ROWS_THAT_BOUND; row++) {
    if (one.outcome.some((metric, seed) => metric.answer(row) !== other.outcome[seed]!.answer(row))) apart++;
  }
  return apart;
}

function pairedRows(one: Float64Array, other: Float64Array): PairedRows {
  const rows = { both: 0, first: 0, second: 0, neither: 0 };
  one.forEach((right, row) => {
    const key = right ? (other[row] ? "both" : "first") : other[row] ? "second" : "neither";
    rows[key]++;
  });
  return rows;
}

/**
 * The least that p can be where two runs differ on so few rows: of the ways to exchange the two on
 * each of them, one to either side is the most extreme. An estimated variance does not know that.
 */
function leastP(rows: number): number {
  return Math.min(1, 2 * 0.5 ** rows);
}

function percentiles(drawn: Float64Array): { low: number; high: number } {
  const sorted = Array.from(defined(drawn).sort());
  return { low: percentile(sorted, 0.025), high: percentile(sorted, 0.975) };
}
