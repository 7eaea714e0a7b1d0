/** How the curves are looked at: horizontal axis, loss axis, smoothing. Never changes a number. */

import { Segmented } from "../controls/Segmented";
import { patch, useStudio } from "../store/store";

export function ViewControls() {
  const { axis, logLoss, smoothing } = useStudio((state) => state.ui);
  return (
    <div className="view-controls">
      <Segmented
        label="Horizontal axis"
        value={axis}
        choices={[
          { value: "step", label: "steps" },
          { value: "tokens", label: "tokens" },
          { value: "seconds", label: "seconds" },
        ]}
        onChange={(chosen) => patch("ui", { axis: chosen, crosshair: null })}
      />
      <Segmented
        label="Loss axis"
        value={logLoss ? "log" : "linear"}
        choices={[
          { value: "linear", label: "linear" },
          { value: "log", label: "log" },
        ]}
        onChange={(chosen) => patch("ui", { logLoss: chosen === "log" })}
      />
      <label className="slider">
        Smoothing
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing}
          onChange={(event) => patch("ui", { smoothing: Number(event.target.value) })}
        />
        <output className="slider-value">{smoothing === 0 ? "off" : smoothing.toFixed(2)}</output>
      </label>
    </div>
  );
}
