/**
 * Runs on slices of the rows that decide: a metric with its interval on each. Pure; the same
 * answers give the same figures. It looks closer at a verdict, and tests nothing.
 */

import type { RowSlice } from "../data/slices";
import { type MetricName, metricFacts } from "../tasks/metrics/names";
import type { Task } from "../tasks/task";
import { compareOutcomes } from "./compare-outcomes";
import { type JudgedRun, withinBounds } from "./decide";
import type { Answers } from "./remarks";
import { verdictDraws } from "./resampling";
import type { Interval, Verdict } from "./verdict";

export interface Slice {
  /** A value of the column, a band of numbers, or what the rarer values share. */
  name: string;
  rows: number;
  /** In the runs' order; null where the metric is not defined on these rows. */
  runs: (Interval | null)[];
}

export interface Slices {
  column: string;
  metric: MetricName;
  part: Verdict["part"];
  runs: string[];
  /** On all rows. */
  whole: Slice;
  slices: Slice[];
  /**
   * Of each run the slice with its worst figure, by its place; the first of several, null where
   * fewer than two have one.
   */
  worst: (number | null)[];
  leftOut: Verdict["leftOut"];
}

export interface SliceSource extends Pick<Slices, "column" | "metric" | "part" | "leftOut"> {
  readonly task: Task;
  readonly labels: readonly string[];
  /** On the same rows in the same order; at least one. */
  readonly runs: readonly Pick<JudgedRun, "run" | "seeds">[];
  readonly slices: readonly RowSlice[];
  /** Of the bootstrap. */
  readonly seed: number;
}

/**
 * Intervals are made as in a verdict: Wilson's of a share of right rows, percentiles of drawn rows
 * of any other metric, over the seeds where there are several. Rows are drawn as there, so that the
 * whole has the verdict's own interval.
 */
export function measureSlices(source: SliceSource): Slices {
  const { column, metric, part, leftOut, runs, slices } = source;
  const all = [...runs[0]!.seeds[0]!.examples.keys()];
  const measured = slices.map((slice) => measure(source, slice));
  return {
    ...{ column, metric, part, leftOut: [...leftOut] },
    runs: runs.map(({ run }) => run),
    whole: measure(source, { name: "All rows", rows: all }),
    slices: measured,
    worst: runs.map((_, run) =>
      worstOf(
        measured.map(({ runs: own }) => own[run]?.value ?? null),
        metricFacts[metric].better === "high",
      ),
    ),
  };
}

function worstOf(values: readonly (number | null)[], highIsBetter: boolean): number | null {
  const there = values.filter((value) => value !== null);
  if (there.length < 2) return null;
  return values.indexOf(highIsBetter ? Math.min(...there) : Math.max(...there));
}

function measure({ task, metric, labels, runs, seed }: SliceSource, { name, rows }: RowSlice): Slice {
  const outcomes = runs.map(({ seeds }) =>
    seeds.map((answers) => {
      const { evaluation, examples } = pick(answers, rows);
      return task.drawn(metric, evaluation, examples, labels);
    }),
  );
  const once = new Uint16Array(rows.length).fill(1);
  const defined = outcomes.map((seeds) => seeds.every(({ over }) => Number.isFinite(over(once))));
  const { values } = compareOutcomes(
    outcomes.filter((_, run) => defined[run]),
    rows.length,
    verdictDraws(rows.length, seed),
  );
  const found = values.values();
  const intervalOf = () => withinBounds(metric, found.next().value!);
  return { name, rows: rows.length, runs: defined.map((isDefined) => (isDefined ? intervalOf() : null)) };
}

function pick({ evaluation, examples }: Answers, rows: readonly number[]): Answers {
  return {
    examples: rows.map((row) => examples[row]!),
    evaluation: {
      outputs: rows.map((row) => evaluation.outputs[row]!),
      losses: rows.map((row) => evaluation.losses[row]!),
    },
  };
}
