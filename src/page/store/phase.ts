/**
 * Where a run or a comparison stands: whether it is trained at all, whether something is still to
 * come. Not for why it ended.
 */

import type { ComparisonStateEvent, RunState } from "../../worker/api";
import type { RunRecord } from "./state";

export type Phase = RunState | ComparisonStateEvent["state"];

/** It trains no more, whether it came to its end, was stopped or failed. */
export function isEnded(phase: Phase): boolean {
  return phase === "finished" || phase === "stopped" || phase === "failed";
}

/** It was asked for and has not ended. */
export function isUnfinished(phase: Phase): boolean {
  return phase !== "idle" && !isEnded(phase);
}

/** Whether steps change it: neither what only answers, nor an adapter that was only evaluated. */
export function isTrained({ learningRate, beside = false }: Pick<RunRecord, "learningRate" | "beside">): boolean {
  return learningRate !== null && !beside;
}
