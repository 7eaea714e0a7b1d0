/** What a comparison is asked for beside its configuration. How it is typed: `command.ts`. */

import type { Combination } from "../../src/adapters/sum-lora";
import type { StoredType } from "../../src/hub/stream-safetensors";
import type { ExecutorChoice } from "./browser";

/** What is asked of the runs once they are trained, beside their adapters. */
export interface Extras {
  /** A file to predict, relative to where the command was given. */
  predict?: string;
  /** Its column that names the run which answers a row; without it every run answers every row. */
  adapterColumn?: string;
  /** A column of the rows that decide, for whose values every run is measured. */
  slices?: string;
  forgetting?: boolean;
  /** Leaves cells of predictions.csv that a spreadsheet would compute as they are. */
  keepFormulas?: boolean;
  /** Writes log files that TensorBoard and others read. */
  logs?: boolean;
}

export interface RunOptions extends Extras {
  /** Folder for the results. */
  out: string;
  /** Goes on with the comparison in that folder, which broke off; default: begins one. */
  goesOn?: boolean;
  adapter: ExecutorChoice;
  /** The Hub's address, without a slash at its end. */
  endpoint: string;
  /** Type of the numbers in merged models; none are written without it. */
  merged?: StoredType;
  /** Weights of runs to sum, by name, and how; default: exact. */
  sum?: Record<string, number>;
  combination?: Combination;
}
