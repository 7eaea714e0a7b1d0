/**
 * A vertical line at the same place in all line charts, with a dot on every run's nearest point.
 */

import { use } from "react";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import { appearance } from "../appearance";
import { useStudio } from "../store/store";
import { LinesContext } from "./lines-context";
import { nearestIndex } from "./reduce-points";

export function Crosshair() {
  const { lines } = use(LinesContext);
  const at = useStudio((state) => state.ui.crosshair);
  const area = usePlotArea();
  const toX = useXAxisScale();
  const toY = useYAxisScale();
  if (at === null || !area || !toX || !toY) return null;
  const x = Number(toX(at));
  return (
    <g className="crosshair">
      <line x1={x} x2={x} y1={area.y} y2={area.y + area.height} stroke="var(--muted)" strokeWidth={1} />
      {lines.map(({ run, faded, xs, strongValues }) => {
        const index = nearestIndex(xs, at);
        const px = Number(toX(xs[index] ?? Number.NaN));
        const py = Number(toY(strongValues[index] ?? Number.NaN));
        if (faded || !Number.isFinite(px) || !Number.isFinite(py)) return null;
        return (
          <circle
            key={run.key}
            cx={px}
            cy={py}
            r={4}
            fill={appearance(run.slot).color}
            stroke="var(--panel)"
            strokeWidth={1.5}
          />
        );
      })}
    </g>
  );
}
