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
  /** Asked at another setting of its dial than it was trained at (DyLoRA's rank). */
  | { kind: "turned"; dial: string; setting: number; most: number }
  /** Its training loss is what it was before the first step. */
  | { kind: "has not moved" }
  /** Its validation loss was still falling at the end. */
  | { kind: "still falling" }
  /**
   * Its validation loss rose while its training loss fell; best at this step, or with several seeds
   * between this and the last.
   */
  | { kind: "learning by heart"; bestStep: number; lastBestStep?: number };

/**
 * What a run that trains nothing answers by: one answer to every row; the texts alone, to which it
 * is fitted; a head that is fitted to the frozen model's states; or the frozen model as it is.
 */
export type Basis = "one answer" | "texts" | "fitted head" | "frozen model";

/** Names of the runs that differ in nothing but the meaning of their text. */
export interface ClaimRuns {
  text: string;
  /** Those without the meaning: what each starts from, and its name. */
  without: { start: string; run: string }[];
  /** Whether each learns at a rate of its own, which a search has found or somebody has set. */
  ownRates: boolean;
  /** Which factor on all learning rates, where a sweep tries several. */
  rateFactor?: number;
}

/** Names of a run on chosen training rows and of the same on other rows; null: there is none. */
export interface SelectionRuns {
  chosen: string;
  random: string | null;
  all: string | null;
}

/** A run at one learning rate, over its seeds. */
export interface VerdictRun extends Interval {
  run: string;
  /** What is tuned; what stands beside it to be beaten after training; what trains nothing. */
  kind: "tuned" | "control" | "answerer";
  /** Of an answerer; not known of verdicts of earlier versions. */
  basis?: Basis;
  seeds: number;
  /** At how many learning rates it was trained in a sweep; left out where it was one. */
  ratesTried?: number;
  /** Of a point of a sweep: the run that is swept, and how many points there are. */
  swept?: { run: string; points: number };
  parameters: number | null;
  remarks: Remark[];
}

/** How a difference was tested, as a reviewer names it; `docs/verdict.md` says each. */
export type TestName = "exact McNemar" | "paired bootstrap" | "rows and seeds";

/** A run against always saying the largest label; `difference` is the run's value less that. */
export interface AgainstMajority {
  run: string;
  difference: Interval;
  test: TestName;
  p: number;
  /** By Holm's method over the runs. */
  adjustedP: number;
  beyondLuck: boolean;
}

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
  /** Whether labels are given above thresholds that were tuned on the validation rows. */
  thresholdsTuned?: boolean;
  /**
   * How often the test rows of this data have been looked at, this time included; of validation
   * rows: where some runs have read the test rows and others have not. Null where nobody has
   * looked, or knows.
   */
  looks: number | null;
  /**
   * How many test rows are relabelled, left out and edited by the list of changes, and whether that
   * was after one of these looks; left out where there are none.
   */
  testRowsChanged?: { relabelled: number; leftOut: number; edited?: number; afterLook: boolean };
  /**
   * How many of the rows have a text, and a group, that rows of another part have; left out where
   * none has, and by earlier versions.
   */
  overlap?: { texts: number; groups: number };
  /** Best first. */
  runs: VerdictRun[];
  pairs: VerdictPair[];
  /**
   * Of guessing by the labels' shares, and of always saying the largest label, where there is one:
   * both of the rows that a run was trained on, over folds those of each row's fold.
   */
  chance: number | null;
  majority: number | null;
  /**
   * Every run that does not itself always say the same, against always saying the largest label;
   * null where there is no such bar. `label`: null where folds have different largest labels.
   */
  againstMajority: { label: string | null; runs: AgainstMajority[] } | null;
  /** By which runs it is asked whether the meaning of a text matters; mostly none. */
  claims: ClaimRuns[];
  /** Runs whose training rows were chosen; left out where none were, and by earlier versions. */
  selections?: SelectionRuns[];
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
