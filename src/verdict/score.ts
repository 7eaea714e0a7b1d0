/**
 * Runs on the labelled rows of a file: every metric of the task with its interval, rows that one
 * run gets and another does not, and how often two runs say the same. Pure; the same answers give
 * the same scores.
 */

import type { Answer, TaskId } from "../data/types";
import { draws } from "../tasks/bootstrap";
import { type MetricName, taskMetrics } from "../tasks/metrics/names";
import type { Task } from "../tasks/task";
import { type Agreement, agree } from "./agreement";
import { compareOutcomes } from "./compare-outcomes";
import type { Answers } from "./remarks";
import type { Interval } from "./verdict";

/** Rows that are listed for each run of a pair; all are counted. */
export const MOST_ROWS = 50;
/** Draws of the bootstrap: as for a report; a verdict takes more for its tests. */
const DRAWS = 1000;

/** One metric of one run. */
export interface ScoredMetric extends Interval {
  metric: MetricName;
}

export interface ScoredRun {
  run: string;
  /** In the task's order. One that is not defined on the rows is not there. */
  metrics: ScoredMetric[];
}

/** A row that not every run gets. */
export interface AnsweredRow {
  row: number;
  text: string;
  truth: string;
  /** In the runs' order. */
  answers: string[];
}

/** What one run of a pair gets and the other does not; of numbers: where it is nearer. */
export interface OneSided {
  better: string;
  worse: string;
  rows: number;
  /**
   * Places in `Scores.differing`: the first `MOST_ROWS` of them; of numbers those with the largest
   * difference of errors.
   */
  shown: number[];
}

export interface Scores {
  task: TaskId;
  rows: number;
  answer: Answer;
  truth: string;
  /** What the metrics are over, where their names do not say it; may be empty. */
  metricsNote: string;
  runs: ScoredRun[];
  agreement: Agreement;
  differing: AnsweredRow[];
  /** Every two runs in both orders. */
  pairs: OneSided[];
}

export interface ScoreSource {
  readonly task: Task;
  readonly answer: Answer;
  readonly labels: readonly string[];
  /** What each run says of the same rows, in the same order. */
  readonly runs: readonly (Answers & { readonly run: string })[];
  readonly texts: readonly string[];
  /** Of the bootstrap. */
  readonly seed: number;
}

/**
 * Scores runs on the same rows. Intervals are made as in a verdict: Wilson's of a share of right
 * rows, percentiles of drawn rows of any other metric.
 */
export function scoreRuns({ task, answer, labels, runs, texts, seed }: ScoreSource): Scores {
  const rows = texts.length;
  const decode = () => "";
  const words = runs.map(({ evaluation, examples }) =>
    examples.map((example, row) => task.describe({ example, output: evaluation.outputs[row]!, labels, decode })),
  );
  const names = runs.map(({ run }) => run);
  const numbers = runs.map(({ evaluation }) => evaluation.outputs.map(([value]) => value!));
  const said = words.map((own) => own.map(({ predicted }) => predicted));
  const misses = runs.map(({ examples }, run) =>
    words[run]!.map(({ label, predicted }, row) =>
      answer === "number" ? Math.abs(numbers[run]![row]! - examples[row]!.values![0]!) : Number(label !== predicted),
    ),
  );
  const differing = new Map<number, number>();
  const pairs = names.flatMap((better, one) =>
    names.flatMap((worse, other): OneSided[] => {
      if (one === other) return [];
      const lead = (row: number) => misses[other]![row]! - misses[one]![row]!;
      const found = [...texts.keys()].filter((row) => lead(row) > 0).sort((a, b) => lead(b) - lead(a));
      const shown = found.slice(0, MOST_ROWS).map((row) => {
        if (!differing.has(row)) differing.set(row, differing.size);
        return differing.get(row)!;
      });
      return [{ better, worse, rows: found.length, shown }];
    }),
  );
  return {
    ...{ task: task.id, rows, answer, truth: task.truth, metricsNote: task.metricsNote ?? "" },
    runs: measureRuns({ task, labels, runs, rows, seed }),
    agreement: agree(answer, names, answer === "number" ? numbers : said),
    differing: [...differing.keys()].map((row) => ({
      row: runs[0]!.examples[row]!.row,
      text: texts[row]!,
      truth: words[0]![row]!.label,
      answers: said.map((own) => own[row]!),
    })),
    pairs,
  };
}

/** Every metric of the task with its interval; one that is not defined on the rows is not there. */
export function measureRuns({
  task,
  labels,
  runs,
  rows,
  seed,
}: Pick<ScoreSource, "task" | "labels" | "runs" | "seed"> & { readonly rows: number }): ScoredRun[] {
  const measured = runs.map(({ evaluation, examples }) => task.measure(evaluation, examples, labels));
  const found = runs.map(({ run }): ScoredRun => ({ run, metrics: [] }));
  for (const metric of taskMetrics[task.id]) {
    const defined = [...runs.keys()].filter((run) => Number.isFinite(measured[run]![metric]));
    const outcomes = defined.map((run) => [task.drawn(metric, runs[run]!.evaluation, runs[run]!.examples, labels)]);
    const { values } = compareOutcomes(outcomes, rows, draws(rows, seed, DRAWS));
    for (const [index, run] of defined.entries()) {
      const { low, high } = values[index]!;
      found[run]!.metrics.push({ metric, value: measured[run]![metric]!, low, high });
    }
  }
  return found;
}
