/**
 * The lines of a chart: how far seeds lie apart at the bottom, raw faint below, smoothed strong
 * above, with the markers of their runs.
 */

import { use } from "react";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import { appearance, markerPath } from "../appearance";
import { bandPath, linePath } from "./line-path";
import { LinesContext } from "./lines-context";

/** Lines with more points than this are marked at their end only. */
const mostMarkers = 60;

export function Curves({ pointMarkers }: { pointMarkers: boolean }) {
  const lines = use(LinesContext);
  const area = usePlotArea();
  const scaleX = useXAxisScale();
  const scaleY = useYAxisScale();
  if (!area || !scaleX || !scaleY) return null;
  const toX = (x: number) => Number(scaleX(x));
  const toY = (y: number) => Number(scaleY(y));
  return (
    <g fill="none" strokeLinejoin="round">
      {lines.map(
        ({ run, faded, spread }) =>
          spread &&
          !faded && (
            <path
              key={run.key}
              d={bandPath(spread.band, toX, toY)}
              fill={appearance(run.slot).color}
              fillOpacity={0.14}
            />
          ),
      )}
      {lines.map(
        ({ run, faint }) =>
          faint && (
            <path
              key={run.key}
              d={linePath(faint, toX, toY)}
              stroke={appearance(run.slot).color}
              strokeOpacity={0.22}
              strokeWidth={1}
            />
          ),
      )}
      {lines.map(({ run, faded, strong }) => {
        const { color, dash, marker } = appearance(run.slot);
        const marked = pointMarkers && strong.length <= mostMarkers ? strong : strong.slice(-1);
        return (
          <g key={run.key} opacity={faded ? 0.4 : 1}>
            <path
              d={linePath(strong, toX, toY)}
              stroke={color}
              strokeWidth={run.control ? 1.5 : 2}
              strokeDasharray={dash || undefined}
            />
            {marked.map((point) => {
              const x = toX(point.x);
              const y = toY(point.y);
              if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
              return <path key={point.x} d={markerPath(marker, 7)} transform={`translate(${x} ${y})`} fill={color} />;
            })}
          </g>
        );
      })}
    </g>
  );
}
