/** What line charts can be drawn over, for the runs that there are. */

import type { AxisUnit, RunRecord } from "../store/state";

/** In the order of the choices, each with what it is called there. */
const CHOICES: readonly { readonly value: AxisUnit; readonly label: string }[] = [
  { value: "step", label: "by step" },
  { value: "tokens", label: "by tokens" },
  { value: "keptTokens", label: "by kept tokens" },
  { value: "seconds", label: "by seconds" },
  { value: "flops", label: "by FLOPs" },
];

/** Kept tokens only where a run learns from fewer than it reads: else they are the tokens. */
export function offeredAxes(runs: readonly Pick<RunRecord, "curves">[], chosen: AxisUnit): typeof CHOICES {
  const learnsLess = runs.some(({ curves: { steps } }) => {
    const kept = steps.last("keptTokens") ?? Number.NaN;
    return Number.isFinite(kept) && kept !== steps.last("tokens");
  });
  return CHOICES.filter(({ value }) => value !== "keptTokens" || learnsLess || chosen === value);
}
