/**
 * Comparisons whose truth is known, drawn at random, to count how often the verdict's tests call a
 * difference: wrongly where all runs are equal, rightly where one is 10 points better.
 */

import { Random } from "../../src/data/random";
import { draws } from "../../src/tasks/bootstrap";
import { type DrawnMetric, drawnClasses, drawnShare, drawnSpearman } from "../../src/tasks/metrics/drawn";
import { compareOutcomes } from "../../src/verdict/compare-outcomes";

/** What all runs have in common. */
export interface Setting {
  readonly metric: "accuracy" | "macro F1" | "Spearman";
  readonly runs: number;
  readonly seeds: number;
  readonly rows: number;
  /** Whether runs tend to be wrong on the same rows. */
  readonly errors: "independent" | "correlated";
  /**
   * Standard deviation between seeds of what a run is in truth, in points; for every run. Several
   * seeds only.
   */
  readonly seedPoints: readonly number[];
}

export interface Counted {
  readonly setting: Setting;
  readonly simulations: number;
  /** Share of simulations of equal runs in which any pair is called. */
  readonly falseCalls: number;
  /** Share of the pairs with a run 10 points better that are called, the better one ahead. */
  readonly called: number;
}

/** Accuracy of runs, and of the one that is 10 points better; Spearman's is 10 points below. */
const SHARE = 0.7;
const BETTER = 0.1;
const CORRELATION = 0.6;
/** Of the largest label to the smallest. */
const LABEL_SHARES = [0.4, 0.3, 0.2, 0.1];
/**
 * How much of what makes a row hard is shared by all runs, and by one run's seeds beside that,
 * where errors are correlated; the rest is each seed's own.
 */
const SHARED = 0.5;
const OF_RUN = 0.2;
/** Of the bootstrap; a verdict's are 10,000, whose variance is known better. */
const DRAWS = 200;

/** Draws so many comparisons of equal runs, and `better` with a better one. */
export function simulate(setting: Setting, simulations: number, better: number): Counted {
  const { metric, seeds, seedPoints, errors, runs, rows } = setting;
  const random = new Random(0, `simulation ${[metric, seeds, seedPoints, errors, runs, rows].join(" ")}`);
  // Comparisons share the draws: their rows have nothing in common.
  const drawn = Array.from(draws(setting.rows, 0, DRAWS), (counts) => counts.slice());
  const compare = (better: number) =>
    compareOutcomes(drawOutcomes(setting, better, random), setting.rows, drawn).differences;
  let [wrong, called] = [0, 0];
  for (let simulation = 0; simulation < simulations; simulation++) {
    if (compare(0).some(({ adjustedP }) => adjustedP < 0.05)) wrong++;
  }
  for (let simulation = 0; simulation < better; simulation++) {
    const withBetter = compare(BETTER).filter(({ first }) => first === 0);
    const right = withBetter.filter(({ adjustedP, difference }) => adjustedP < 0.05 && difference.value > 0);
    called += right.length / withBetter.length;
  }
  return { setting, simulations, falseCalls: wrong / simulations, called: called / better };
}

/** The first run is `better`. */
function drawOutcomes(setting: Setting, better: number, random: Random): DrawnMetric[][] {
  const { rows, runs, seeds, errors, metric } = setting;
  const normals = () => Float64Array.from({ length: rows }, () => random.normal());
  const [shared, ofRun] = errors === "correlated" ? [SHARED, OF_RUN] : [0, 0];
  const hard = normals();
  const truth = metric === "Spearman" ? normals() : labels(rows, random);
  return Array.from({ length: runs }, (_, run) => {
    const own = normals();
    const ahead = run === 0 ? better : 0;
    return Array.from({ length: seeds }, () => {
      const points = (setting.seedPoints[run % setting.seedPoints.length]! / 100) * random.normal();
      // Standard normal whatever is shared.
      const noise = Float64Array.from(
        hard,
        (row, index) =>
          Math.sqrt(shared) * row + Math.sqrt(ofRun) * own[index]! + Math.sqrt(1 - shared - ofRun) * random.normal(),
      );
      if (metric === "Spearman") return numbers(truth, noise, CORRELATION + ahead + points);
      return answers(metric, truth, noise, Math.min(1, SHARE + ahead + points), random);
    });
  });
}

function labels(rows: number, random: Random): Float64Array {
  const limits = LABEL_SHARES.map((_, label) => LABEL_SHARES.slice(0, label + 1).reduce((sum, share) => sum + share));
  return Float64Array.from({ length: rows }, () => {
    const drawn = random.next();
    return limits.findIndex((limit, label) => drawn < limit || label === limits.length - 1);
  });
}

/** Right where the noise is below the quantile of the share; else one of the other labels. */
function answers(
  metric: "accuracy" | "macro F1",
  truth: Float64Array,
  noise: Float64Array,
  share: number,
  random: Random,
): DrawnMetric {
  const limit = normalQuantile(share);
  const right = Uint8Array.from(noise, (value) => Number(value < limit));
  if (metric === "accuracy") return drawnShare(right);
  const classes = LABEL_SHARES.length;
  const said = Array.from(truth, (label, row) =>
    right[row] ? [label] : [(label + 1 + random.integer(classes - 1)) % classes],
  );
  const rows = { classes, truth: Array.from(truth, (label) => [label]), predicted: said };
  return drawnClasses("f1", rows, { occurring: true });
}

/** Numbers whose rank correlation with the truth is `wanted` on average. */
function numbers(truth: Float64Array, noise: Float64Array, wanted: number): DrawnMetric {
  // Pearson's correlation of two normals with that rank correlation (Pearson 1907).
  const r = 2 * Math.sin((Math.PI / 6) * wanted);
  return drawnSpearman(
    truth,
    truth.map((value, row) => r * value + Math.sqrt(1 - r * r) * noise[row]!),
  );
}

/** By bisection: the seconds go elsewhere. */
function normalQuantile(share: number): number {
  let [low, high] = [-9, 9];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}

/** The normal distribution's share below x, by Abramowitz and Stegun's 26.2.17: to 1e-7. */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = Math.exp((-x * x) / 2) * 0.3989422804014327 * sum;
  return x > 0 ? 1 - above : above;
}
