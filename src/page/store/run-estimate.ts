/** What is estimated of a chosen run, which with a sweep is several. */

import { expandSweeps } from "../../plan/sweep";
import type { RunEstimate } from "../../worker/api";
import type { DraftRun, MethodsSlice } from "./state";

/** The names of the runs that a chosen run is trained as, in their order; the first always is. */
export function pointNames(run: DraftRun): readonly [string, ...string[]] {
  return expandSweeps<DraftRun>([run]).map(({ name }) => name) as [string, ...string[]];
}

/**
 * Of a sweep the point that cannot start, else the one that trains most; undefined while nothing is
 * known.
 */
export function estimateOf({ estimate }: Pick<MethodsSlice, "estimate">, run: DraftRun): RunEstimate | undefined {
  if (!estimate) return undefined;
  const names = new Set(pointNames(run));
  const own = estimate.runs.filter((entry) => names.has(entry.run));
  return own.reduce<RunEstimate | undefined>((worst, entry) => {
    if (!worst || (entry.problem !== null && worst.problem === null)) return entry;
    if (worst.problem !== null) return worst;
    return entry.trainable.total > worst.trainable.total ? entry : worst;
  }, undefined);
}
