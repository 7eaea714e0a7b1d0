/** What should be known of the curves before comparing them: two that are one and the same. */

import { useMemo } from "react";
import { isEnded } from "../../plan/phase";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { equalCurves } from "./equal-curves";
import { plottedLines, plottedRuns } from "./plotted-lines";

export function CurveNotes() {
  const { current, past } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const groups = useMemo(() => {
    const newest = current ?? past[0];
    if (!newest || !isEnded(newest.state)) return [];
    return equalCurves(plottedLines(plottedRuns(newest, [], hidden), "validation-loss", "step", 0));
  }, [current, past, hidden]);
  if (groups.length === 0) return null;
  return (
    <ul className="curve-notes">
      {groups.map((names) => (
        <li key={names.join()}>
          {names.slice(0, -1).join(", ")} and {names.at(-1)} have the same curve to 4 digits. What they share may be all
          that was learned: more steps or higher learning rates may tell them apart.
        </li>
      ))}
    </ul>
  );
}
