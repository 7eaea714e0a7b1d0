/** Where seeds cost the same, one of them stands for all. */

import type { RunRecord } from "./state";

export function firstSeeds(runs: readonly RunRecord[]): RunRecord[] {
  return runs.filter((run, index) => runs.findIndex((other) => other.variant.group === run.variant.group) === index);
}
