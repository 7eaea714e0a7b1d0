/** How the curves are looked at: the horizontal axis and the loss axis. Never changes a number. */

import { Segmented } from "../fields/Segmented";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { offeredAxes } from "./axes";
import "./ViewControls.css";

export function ViewControls() {
  const { axis, logLoss } = useStudio((state) => state.ui);
  const axes = offeredAxes(useSlowComparison().current?.runs ?? [], axis);
  return (
    <div className="view-controls">
      <Segmented
        label="Horizontal axis"
        value={axis}
        choices={axes}
        onChange={(chosen) => patch("ui", { axis: chosen, crosshair: null })}
      />
      <Segmented
        label="Loss axis"
        value={logLoss ? "log" : "linear"}
        choices={[
          { value: "linear", label: "linear loss" },
          { value: "log", label: "log loss" },
        ]}
        onChange={(chosen) => patch("ui", { logLoss: chosen === "log" })}
      />
    </div>
  );
}
