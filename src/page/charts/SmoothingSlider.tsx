/** How much the strong line of the training loss is smoothed. The curve itself is never changed. */

import { patch } from "../store/store";
import { useSmoothing } from "./use-smoothing";
import "../fields/SliderField.css";

export function SmoothingSlider() {
  const smoothing = useSmoothing();
  return (
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
  );
}
