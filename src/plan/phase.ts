/** Where a run or a comparison is: whether something is still to come. Not for why it ended. */

import type { ComparisonStateEvent, RunState } from "./events";

export type Phase = RunState | ComparisonStateEvent["state"];

/** It trains no more, whether it came to its end, was stopped or failed. */
export function isEnded(phase: Phase): boolean {
  return phase === "finished" || phase === "stopped" || phase === "failed";
}

/** It was asked for and has not ended. */
export function isUnfinished(phase: Phase): boolean {
  return phase !== "idle" && !isEnded(phase);
}
