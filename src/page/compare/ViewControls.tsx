/** How the curves are looked at: the horizontal axis and the loss axis. Never changes a number. */

import { Segmented } from "../fields/Segmented";
import { patch, useStudio } from "../store/store";
import "./ViewControls.css";

export function ViewControls() {
  const { axis, logLoss } = useStudio((state) => state.ui);
  return (
    <div className="view-controls">
      <Segmented
        label="Horizontal axis"
        value={axis}
        choices={[
          { value: "step", label: "by step" },
          { value: "tokens", label: "by tokens" },
          { value: "seconds", label: "by seconds" },
          { value: "flops", label: "by FLOPs" },
        ]}
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
