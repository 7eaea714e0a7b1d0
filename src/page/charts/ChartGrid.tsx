/** All charts, redrawn a few times a second at most while curves grow. */

import { useEffect, useMemo, useRef, useState } from "react";
import { isBusy, useStudio } from "../store/store";
import { CurveChart } from "./CurveChart";
import { MemoryChart } from "./MemoryChart";
import { horizontalAxis, plottedRuns } from "./plotted-lines";
import { SmoothingSlider } from "./SmoothingSlider";
import { SpeedChart } from "./SpeedChart";

/** Milliseconds between two redraws: well under ten a second, so that drawing does not slow training. */
const redrawEvery = 300;

export default function ChartGrid() {
  const revision = useSlowRevision();
  const current = useStudio((state) => state.comparison.current);
  const past = useStudio((state) => state.comparison.past);
  const hidden = useStudio((state) => state.ui.hidden);
  const axis = useStudio((state) => state.ui.axis);
  const busy = useStudio(isBusy);
  // The runs' curves grow in place, so a new list is only needed when a run comes, goes or is hidden.
  const identity = [current, ...past].flatMap((comparison) => comparison?.runs.map((run) => run.key) ?? []).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the identity stands for current and past
  const runs = useMemo(() => plottedRuns(current, past, hidden), [identity, hidden]);
  const planned = busy && current ? current.steps : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; the revision says when
  const x = useMemo(() => horizontalAxis(runs, axis, planned), [runs, axis, planned, revision]);
  const shown = useMemo(() => current?.runs.filter((run) => !hidden.has(run.key)) ?? [], [current, hidden]);

  return (
    <div className="charts">
      <CurveChart
        title="Training loss"
        quantity="training-loss"
        runs={runs}
        x={x}
        revision={revision}
        className="chart-wide"
        tools={<SmoothingSlider />}
      />
      <CurveChart
        title="Validation accuracy"
        quantity="validation-accuracy"
        runs={runs}
        x={x}
        revision={revision}
        className="chart-wide"
      />
      <CurveChart title="Validation loss" quantity="validation-loss" runs={runs} x={x} revision={revision} />
      <MemoryChart />
      <SpeedChart runs={shown} revision={revision} />
    </div>
  );
}

/** The store's revision, at most once every `redrawEvery` milliseconds, the last one always. */
function useSlowRevision(): number {
  const [revision, setRevision] = useState(() => useStudio.getState().comparison.revision);
  const last = useRef(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      last.current = Date.now();
      setRevision(useStudio.getState().comparison.revision);
    };
    const end = useStudio.subscribe((state, before) => {
      if (state.comparison.revision === before.comparison.revision || timer !== undefined) return;
      timer = setTimeout(draw, Math.max(0, last.current + redrawEvery - Date.now()));
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, []);
  return revision;
}
