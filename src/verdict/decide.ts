/**
 * The verdict from what runs said of the rows that decide: which can be compared, how they differ,
 * and whether that may be luck. Pure; the same outcomes give the same verdict.
 */

import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { formats } from "../data/formats/registry";
import type { TokenizedExample } from "../data/tokens";
import type { DrawnMetric } from "../tasks/metrics/drawn";
import { type MetricName, metricFacts } from "../tasks/metrics/names";
import type { Task } from "../tasks/task";
import { type ComparedOutcomes, compareOutcomes, type Difference } from "./compare-outcomes";
import { holm } from "./holm";
import { type Answers, remarksOf, type TrainingHistory } from "./remarks";
import { verdictDraws } from "./resampling";
import { standardError } from "./rows-and-seeds";
import { writeSentences } from "./sentences";
import type { AgainstMajority, Interval, Remark, Verdict, VerdictPair, VerdictRun } from "./verdict";

/** A run at one learning rate; `turned`: where its dial is not at what it was trained at. */
export interface JudgedRun extends Pick<VerdictRun, "run" | "kind" | "basis" | "ratesTried" | "swept" | "parameters"> {
  readonly turned?: Extract<Remark, { kind: "turned" }> | null;
  /** What it says of the rows, with each seed in the same order for all runs. */
  readonly seeds: readonly Answers[];
  /** Of each seed; empty where nothing is trained. */
  readonly histories: readonly TrainingHistory[];
}

export interface VerdictSource
  extends Pick<
    Verdict,
    | "metric"
    | "metricChangedAfterTraining"
    | "part"
    | "thresholdsTuned"
    | "looks"
    | "testRowsChanged"
    | "overlap"
    | "leftOut"
    | "claims"
    | "selections"
  > {
  readonly task: Task;
  readonly labels: readonly string[];
  readonly runs: readonly JudgedRun[];
  /**
   * What guessing goes by, where a row has one label: the numbers of the training rows' labels, of
   * every division of the rows.
   */
  readonly trainLabels: readonly (readonly number[])[] | null;
  /** By which division's run a row is answered; default: the first. */
  readonly divisionOf?: (row: number) => number;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** Adjusted p below this is beyond luck. */
export const LEVEL = 0.05;
/** How often a difference that is there should be seen. */
const POWER = 0.8;
/** 2 points of a share or a correlation, 2 % of anything else. */
const SMALL = 0.02;

/** A run that can be compared, with its metric for each seed. */
interface Measured extends JudgedRun {
  readonly outcome: readonly DrawnMetric[];
  readonly value: number;
}

/**
 * Judges runs on the rows that decide. Runs on other rows than most, and those whose metric is not
 * defined, are named and left out.
 */
export function decide(source: VerdictSource): Verdict {
  const { metric, metricChangedAfterTraining, part, thresholdsTuned = false, looks, testRowsChanged, overlap } = source;
  const { measured, leftOut } = comparable(source);
  const examples = measured[0]?.seeds[0]?.examples ?? [];
  const rows = examples.length;
  const onlyLabel = onlyLabelOf(source, examples);
  const guess = guessing(source, examples);
  const outcomes = measured.map(({ outcome }) => outcome);
  const draws = verdictDraws(rows, source.seed);
  const compared = compareOutcomes(outcomes, rows, draws, onlyLabel === null ? (guess?.always ?? null) : null);
  const facts = {
    metric,
    metricChangedAfterTraining,
    part,
    // Where no run can be judged, those that it was tried on.
    rows: rows || (source.runs[0]?.seeds[0]?.examples.length ?? 0),
    thresholdsTuned,
    looks,
    ...(testRowsChanged && { testRowsChanged }),
    ...(overlap && { overlap }),
    runs: measured.map((run, index): VerdictRun => {
      const { run: name, kind, basis, ratesTried, swept, parameters, seeds, histories, turned } = run;
      const found = remarksOf(source.task, source.labels, seeds, histories);
      // That the majority says the same to every row is what it is.
      const remarks = basis === "one answer" ? found.filter((remark) => remark.kind !== "one answer") : found;
      return {
        ...{ run: name, kind, seeds: seeds.length, parameters },
        ...(basis && { basis }),
        ...(ratesTried && { ratesTried }),
        ...(swept && { swept }),
        remarks: turned ? [turned, ...remarks] : remarks,
        ...withinBounds(metric, compared.values[index]!),
      };
    }),
    pairs: onlyLabel === null ? pairsOf(measured, compared) : [],
    chance: guess?.chance ?? null,
    majority: guess?.majority ?? null,
    againstMajority:
      guess && onlyLabel === null && measured.length > 0
        ? { label: guess.label, runs: againstMajority(measured, compared) }
        : null,
    claims: source.claims,
    ...(source.selections && { selections: source.selections }),
    needed: onlyLabel === null ? neededFor(metric, measured, compared, rows) : null,
    onlyLabel,
    leftOut,
  };
  return { ...facts, sentences: writeSentences(facts) };
}

/** Cut to the values that the metric can have: t knows none. */
export function withinBounds(metric: MetricName, { value, low, high }: Interval): Interval {
  const { kind } = metricFacts[metric];
  const [least, most] = kind === "number" ? [0, Infinity] : [kind === "share" ? 0 : -1, 1];
  return { value, low: Math.max(least, low), high: Math.min(most, high) };
}

/** Best first; equal ones in the order they came. */
function comparable({ task, metric, labels, runs, leftOut: given }: VerdictSource): {
  measured: Measured[];
  leftOut: Verdict["leftOut"];
} {
  const leftOut = [...given];
  const rowsOf = ({ seeds }: JudgedRun) => [
    ...new Set(seeds.map(({ examples }) => `${examples.map(({ row }) => row)}`)),
  ];
  const counts = new Map<string, number>();
  for (const key of runs.flatMap(rowsOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const [usual] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  const measured: Measured[] = [];
  for (const run of runs) {
    const keys = rowsOf(run);
    if (keys.length !== 1 || keys[0] !== usual) {
      const own = run.seeds[0]!.examples.length;
      leftOut.push({ run: run.run, why: `it was measured on other rows (${own}) than the other runs` });
      continue;
    }
    const outcome = run.seeds.map(({ evaluation, examples }) => task.drawn(metric, evaluation, examples, labels));
    const once = new Uint16Array(run.seeds[0]!.examples.length).fill(1);
    const value = outcome.reduce((sum, { over }) => sum + over(once), 0) / outcome.length;
    if (Number.isFinite(value)) measured.push({ ...run, outcome, value });
    else leftOut.push({ run: run.run, why: `its ${metricFacts[metric].title} is not defined on these rows` });
  }
  const sign = signOf(metric);
  return { measured: measured.sort((a, b) => sign * (b.value - a.value)), leftOut };
}

const signOf = (metric: MetricName) => (metricFacts[metric].better === "high" ? 1 : -1);

function pairsOf(measured: readonly Measured[], { differences }: ComparedOutcomes): VerdictPair[] {
  return differences.map(({ first, second, difference, test, p, adjustedP }) => ({
    first: measured[first]!.run,
    second: measured[second]!.run,
    difference,
    test,
    p,
    adjustedP,
    beyondLuck: adjustedP < LEVEL,
  }));
}

/** Where a row has one label: the one that all rows have, if they do. */
function onlyLabelOf({ task, labels }: VerdictSource, examples: readonly TokenizedExample[]): string | null {
  if (formats[task.id].answer !== "label") return null;
  const found = new Set(examples.map((example) => example.labels[0]!));
  return found.size === 1 ? labels[[...found][0]!]! : null;
}

/**
 * What guessing by the labels of the training rows comes to on the rows that decide, each by the
 * training rows of its own division; null where a row has not one label. `label`: what is said
 * always, where it is the same for all rows.
 */
function guessing(
  { task, metric, labels, trainLabels, divisionOf = () => 0 }: VerdictSource,
  examples: readonly TokenizedExample[],
): { chance: number | null; majority: number; always: DrawnMetric; label: string | null } | null {
  if (formats[task.id].answer !== "label" || !trainLabels || examples.length === 0) return null;
  if (trainLabels.some(({ length }) => length === 0)) return null;
  const divisions = trainLabels.map((own) => {
    const shares = labels.map((_, label) => own.filter((one) => one === label).length / own.length);
    const largest = shares.indexOf(Math.max(...shares));
    return { shares, largest, output: Float32Array.from(labels, (_, label) => Number(label === largest)) };
  });
  const ofRow = examples.map(({ row }) => divisions[divisionOf(row)]!);
  const evaluation = { outputs: ofRow.map(({ output }) => output), losses: examples.map(() => new Float32Array(1)) };
  const always = task.drawn(metric, evaluation, examples, labels);
  const right = examples.reduce((sum, example, index) => sum + ofRow[index]!.shares[example.labels[0]!]!, 0);
  const said = new Set(ofRow.map(({ largest }) => largest));
  return {
    chance: metric === "accuracy" ? right / examples.length : null,
    majority: always.over(new Uint16Array(examples.length).fill(1)),
    always,
    label: said.size === 1 ? labels[[...said][0]!]! : null,
  };
}

/**
 * A family of tests of its own: the question is another than which run is ahead. But where the
 * majority is one of the runs, its pairs have been tested.
 */
function againstMajority(measured: readonly Measured[], compared: ComparedOutcomes): AgainstMajority[] {
  const { overBar } = compared;
  const own = measured.find(({ basis }) => basis === "one answer")?.run;
  if (own !== undefined) {
    return pairsOf(measured, compared).flatMap(({ first, second, difference, ...tested }) => {
      if (first === own) return [{ run: second, ...tested, difference: turned(difference) }];
      return second === own ? [{ run: first, ...tested, difference }] : [];
    });
  }
  const tested = measured.map(({ run }, index) => ({ run, ...overBar[index]! }));
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map(({ run, difference, test, p }, index) => {
    const adjustedP = adjusted[index]!;
    return { run, difference, test, p, adjustedP, beyondLuck: adjustedP < LEVEL };
  });
}

/** Of the second less the first. */
function turned({ value, low, high }: Interval): Interval {
  return { value: -value, low: -high, high: -low };
}

/** Of the first two, where they are level and differ at all. */
function neededFor(
  metric: MetricName,
  measured: readonly Measured[],
  { differences }: ComparedOutcomes,
  rows: number,
): Verdict["needed"] {
  const pair = differences.find(({ first, second }) => first === 0 && second === 1);
  if (!pair || pair.adjustedP < LEVEL || pair.parts.rows.variance === 0) return null;
  const wanted = metricFacts[metric].kind === "number" ? SMALL * measured[0]!.value : SMALL;
  return neededRowsAndSeeds(pair.parts, {
    wanted,
    rows,
    seeds: measured[0]!.outcome.length,
    pairs: differences.length,
  });
}

/**
 * About how many rows, or seeds, show a difference of `wanted` in 8 of 10 comparisons of so many
 * pairs: the difference has to be as large as the quantiles of level and power take standard
 * errors (Cohen 1988). Rows shrink the part of the rows, seeds that of the seeds.
 */
export function neededRowsAndSeeds(
  parts: Difference["parts"],
  { wanted, rows, seeds, pairs }: { wanted: number; rows: number; seeds: number; pairs: number },
): NonNullable<Verdict["needed"]> {
  const { freedom } = standardError(parts.rows, parts.seeds);
  const errors = (freedom: number) => tQuantile(1 - LEVEL / (2 * pairs), freedom) + tQuantile(POWER, freedom);
  const ofSeeds = parts.seeds?.variance ?? 0;
  const ofRows = parts.rows.variance;
  const room = (wanted / errors(freedom)) ** 2 - ofSeeds;
  // With many seeds their number no longer limits the test.
  const roomOfSeeds = (wanted / errors(parts.rows.freedom)) ** 2 - ofRows;
  return {
    rows: room > 0 ? Math.ceil((rows * ofRows) / room) : null,
    seeds: parts.seeds && roomOfSeeds > 0 ? Math.ceil((seeds * ofSeeds) / roomOfSeeds) : null,
  };
}
