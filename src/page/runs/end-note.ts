/** How a run ended where that is not as planned, in the words below its row. Not for failures. */

import { formatCount } from "../numbers";
import type { RunRecord } from "../store/state";

type Ended = Pick<RunRecord, "state" | "reason" | "heldStep" | "curves">;

/**
 * Why a run finished before its last step, at which step it was last evaluated where a stop gave
 * the evaluation at its end up, and which step's adapter it holds where that is its best; null
 * where there is nothing to say.
 */
export function endNote({ state, reason, heldStep, curves }: Ended): string | null {
  if (state !== "finished" && state !== "stopped") return null;
  // What trains nothing makes no steps, and is the same at each.
  const end = curves.steps.last("step") ?? 0;
  const evaluated = curves.evaluations.last("step");
  const said: string[] = [];
  if (reason !== null) said.push(reason);
  if (evaluated === null || evaluated < end) {
    const before = evaluated === null ? "not evaluated" : `last evaluated at step ${formatCount(evaluated)}`;
    said.push(`stopped at step ${formatCount(end)}, ${before}`);
  }
  const isBest = evaluated !== null && heldStep !== null && heldStep < evaluated;
  if (state === "finished" && isBest) said.push(`holds the adapter of step ${formatCount(heldStep)}, its best`);
  return said.join("; ") || null;
}
