/**
 * What a comparison says in the end: which run is ahead, by how much, and whether that may be luck.
 * Types only; all of it is JSON, and the same on the page, in `summary.json` and in a report.
 */

import type { MetricName } from "../tasks/metrics/names";

/** A value with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** Something that a reader should know of a run before believing its figure. */
export type Remark =
  /** It gives every row the same answer. */
  | { kind: "one answer"; answer: string }
  /** Its training loss is what it was before the first step. */
  | { kind: "has not moved" }
  /** Its validation loss was still falling at the end. */
  | { kind: "still falling" }
  /** Its validation loss rose while its training loss fell; best at this step. */
  | { kind: "learning by heart"; bestStep: number };

/** A run at one learning rate, over its seeds. */
export interface VerdictRun extends Interval {
  run: string;
  /** What is tuned; what stands beside it to be beaten after training; what trains nothing. */
  kind: "tuned" | "control" | "answerer";
  seeds: number;
  parameters: number | null;
  remarks: Remark[];
}

/** How a difference was tested, as a reviewer names it; `docs/verdict.md` says each. */
export type TestName = "exact McNemar" | "paired bootstrap" | "rows and seeds";

/** Two runs on the same rows; `difference` is the first's value less the second's. */
export interface VerdictPair {
  first: string;
  second: string;
  difference: Interval;
  test: TestName;
  p: number;
  /** By Holm's method over all pairs. */
  adjustedP: number;
  /** Whether the adjusted p is below 0.05. */
  beyondLuck: boolean;
}

export interface Verdict {
  metric: MetricName;
  /** The metric was chosen after training began. */
  metricChangedAfterTraining: boolean;
  /**
   * The rows that decide; validation rows where the data have no test part. `file`: rows of a file
   * that was scored.
   */
  part: "test" | "validation" | "file";
  rows: number;
  /** How often the test rows of this data have been looked at, this time included. */
  looks: number | null;
  /**
   * How many test rows are relabelled and left out by the list of changes, and whether that was
   * after one of these looks; left out where there are none.
   */
  testRowsChanged?: { relabelled: number; leftOut: number; afterLook: boolean };
  /** Best first. */
  runs: VerdictRun[];
  pairs: VerdictPair[];
  /**
   * Of guessing by the labels' shares, and of always saying the largest label, where there is one.
   */
  chance: number | null;
  majority: number | null;
  /** The best run against always saying the largest label; null where there is no such bar. */
  aheadOfMajority: { run: string; label: string; adjustedP: number; beyondLuck: boolean } | null;
  /**
   * About how much would be needed to see a difference of 2 points (2 % of a perplexity or an
   * error) between the first two, where they are level: rows with as many seeds, or seeds on as
   * many rows. Each null where more of it alone would not do, or one seed says nothing of it.
   */
  needed: { rows: number | null; seeds: number | null } | null;
  /** The only label that the rows have: they cannot tell runs apart. Null for two and more. */
  onlyLabel: string | null;
  /** Runs that cannot be compared, and why. */
  leftOut: { run: string; why: string }[];
  /** In plain words, the answer first. They never say more than the tests. */
  sentences: string[];
}
