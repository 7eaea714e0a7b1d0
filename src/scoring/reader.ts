/** What rows are read by. Not for what is asked of them (`score-rows.ts`). */

import type { PredictingModel } from "../answers/next-token";
import type { BatchBuffers } from "../runs/batch-buffers";
import type { Parameters } from "../runs/parameters";

/** What reads the rows: a run, or the frozen model by `frozenModel`. */
export interface Reader extends PredictingModel {
  /** What it trains; left out by the frozen model. */
  readonly parameters?: Pick<Parameters, "trainables" | "readTrained" | "version">;
  /** Called with every batch, before it is read; default: `rest`. */
  ready?(batch: BatchBuffers): void;
}
