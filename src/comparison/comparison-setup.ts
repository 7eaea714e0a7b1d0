/** What a comparison is made of, and which rows of it a run has. */

import type { BaseModel } from "../base/base-model";
import type { Calibration } from "../calibration/calibration";
import type { Executor } from "../executors/executor";
import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import type { StudioEvent } from "../plan/events";
import type { HeldTensor } from "../program/tensor";
import type { Checkpoint, Values } from "../runs/parameters";
import type { ComparisonData, DividedRows } from "../runs/rows";

export interface PlannedRun extends RunConfiguration {
  /** Values to start from, by tensor name. */
  readonly initial?: Values;
  /** Throws an Error where what it trains cannot start from them; default: it can. */
  readonly checkStart?: (held: readonly HeldTensor[]) => void;
  /** Of its initial values and its batches; default: the training's. */
  readonly seed?: number;
  /** Which division of the data it is trained on; default: the first. */
  readonly split?: number;
  /** With which its answers are read where it is not trained; default: none. */
  readonly calibration?: Calibration | null;
  /** On its learning rate; default: 1. */
  readonly learningRateFactor?: number;
}

export interface ComparisonSetup {
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly data: ComparisonData;
  /**
   * The rows once for every fold or repeat, the first of which the data name; default: theirs,
   * without test rows. Apart from the data, so that whoever takes other rows in place of these
   * never reads test rows.
   */
  readonly divisions?: readonly DividedRows[];
  readonly training: TrainingConfiguration;
  readonly runs: readonly PlannedRun[];
  readonly emit: (event: StudioEvent) => void;
  /** Awaited before the test rows are read for the runs that have ended. */
  readonly onTest?: () => Promise<void>;
  /** Called after every evaluation with all runs' last good state. */
  readonly onCheckpoint?: (checkpoints: ReadonlyMap<string, Checkpoint>) => void;
}

/**
 * The rows of a run.
 * @param split which of the divisions
 */
export function divisionOf(
  { data, divisions }: Pick<ComparisonSetup, "data" | "divisions">,
  split: number,
): DividedRows {
  return divisions?.[split] ?? data;
}
