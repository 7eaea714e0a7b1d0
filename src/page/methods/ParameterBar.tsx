/** How much a run trains beside the chosen run that trains most, as a bar. */

import { formatSmallPercent } from "../numbers";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import "./ParameterBar.css";

export function ParameterBar({ run }: { run: DraftRun }) {
  const share = useStudio(({ methods }) => {
    const trained = methods.runs.map((one) => estimateOf(methods, one)?.trainable.total ?? 0);
    const most = Math.max(0, ...trained);
    const own = estimateOf(methods, run);
    return own?.problem === null && own.mostFitted === null && most > 0 ? own.trainable.total / most : null;
  });
  if (share === null) return null;
  const said =
    share === 1 ? "Trains the most of the chosen runs" : `${formatSmallPercent(100 * share)} of the largest run`;
  return (
    <div className="parameter-bar" role="img" aria-label={said} title={said}>
      <svg width="100%" height="4" aria-hidden="true">
        <rect className="parameter-bar-all" width="100%" height="4" rx="2" />
        <rect className="parameter-bar-own" width={`${Math.max(100 * share, share > 0 ? 1 : 0)}%`} height="4" rx="2" />
      </svg>
    </div>
  );
}
