/**
 * What an instrument is: something that can be measured on a run, once it is asked for. Its panel
 * is in `src/page/instruments`. Not for what every run tells of itself while it trains
 * (`plan/events.ts`).
 */

import type * as z from "zod";
import type { BaseModel } from "../base/base-model";
import type { Comparison } from "../comparison/comparison";
import type { Executor } from "../executors/executor";
import type { TrainingConfiguration } from "../plan/configuration";
import type { Amounts } from "../plan/waiting";
import type { ComparisonData } from "../runs/rows";
import type { History } from "./history";

/** A run that is there, whatever its state, and all that it belongs to. */
export interface MeasuredRun {
  readonly name: string;
  readonly comparison: Comparison;
  readonly executor: Executor;
  readonly model: BaseModel;
  /** The rows that its comparison was opened with. */
  readonly data: ComparisonData;
  readonly training: TrainingConfiguration;
  readonly history: History;
  /**
   * A text that comes with the studio. Rejects with an Error naming the file where there is none.
   */
  readonly readText: (file: string) => Promise<string>;
}

/** A run while it is measured. */
export interface Measuring extends MeasuredRun {
  /** Says how far a measurement is that takes long. */
  readonly report: (amounts: Amounts) => void;
  /** Aborted when nobody waits for the measurement any more. */
  readonly signal: AbortSignal;
}

/**
 * Its id is its key in the registry. `Input` is null where nothing is needed beside the run;
 * `Result` is plain data, which can be cloned.
 */
export interface Instrument<Input, Result> {
  /** What a person asks for, or asks. */
  readonly title: string;
  /** One sentence for the person: what it does or says. */
  readonly summary: string;
  /** What it needs beside the run. */
  readonly input: z.ZodType<Input>;
  /** Why this run cannot be measured: its task, method, model or state; null where it can. */
  refusal(run: MeasuredRun): string | null;
  /**
   * Measures a run that is not refused. What it allocates it lets go again. What must not move
   * meanwhile it reads within `Comparison.snapshot`, which waits for the step in flight and holds
   * back the next.
   */
  measure(run: Measuring, input: Input): Promise<Result>;
}
