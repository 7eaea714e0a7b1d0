/** Predicted against true numbers, one dot a validation row; on the diagonal both are the same. */

import type { RunReport } from "../../worker/api";
import { appearance } from "../appearance";
import { linearAxis } from "../charts/ticks";
import { formatCount, formatTick } from "../numbers";
import "./ScatterPlot.css";

const size = 320;
const margin = { left: 52, top: 10, right: 12, bottom: 44 };
const MOST_DOTS = 2000;

interface ScatterPlotProps {
  run: string;
  all: NonNullable<RunReport["points"]>;
  slot: number;
}

export function ScatterPlot({ run, all, slot }: ScatterPlotProps) {
  const points = all.slice(0, MOST_DOTS);
  const values = points.flatMap(({ truth, predicted }) => [truth, predicted]).filter(Number.isFinite);
  const { domain, ticks } = linearAxis(Math.min(...values), Math.max(...values));
  const [low, high] = domain;
  const inner = { width: size - margin.left - margin.right, height: size - margin.top - margin.bottom };
  const toX = (value: number) => margin.left + ((value - low) / (high - low)) * inner.width;
  const toY = (value: number) => margin.top + (1 - (value - low) / (high - low)) * inner.height;
  const bottom = size - margin.bottom;
  return (
    <figure className="scatter">
      <figcaption className="group-label">
        Predicted against true{" "}
        {points.length < all.length && <span className="muted">the first {formatCount(MOST_DOTS)} rows</span>}
      </figcaption>
      <svg
        viewBox={`0 0 ${size} ${size}`}
        role="img"
        aria-label={`${formatCount(points.length)} validation rows: what ${run} predicted against the true number. The diagonal is where both agree.`}
      >
        {ticks.map((tick) => (
          <g key={tick} className="scatter-tick">
            <line x1={margin.left} x2={size - margin.right} y1={toY(tick)} y2={toY(tick)} />
            <text x={margin.left - 6} y={toY(tick) + 4} textAnchor="end">
              {formatTick(tick)}
            </text>
            <text x={toX(tick)} y={bottom + 18} textAnchor="middle">
              {formatTick(tick)}
            </text>
          </g>
        ))}
        <line className="scatter-diagonal" x1={toX(low)} y1={toY(low)} x2={toX(high)} y2={toY(high)} />
        {points.map(({ truth, predicted }, row) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name than its place
            key={row}
            cx={toX(truth)}
            cy={toY(predicted)}
            r={3}
            fill={appearance(slot).color}
            fillOpacity={0.45}
          />
        ))}
        <text className="scatter-name" x={margin.left + inner.width / 2} y={size - 6} textAnchor="middle">
          true
        </text>
        <text
          className="scatter-name"
          transform={`translate(12 ${margin.top + inner.height / 2}) rotate(-90)`}
          textAnchor="middle"
        >
          predicted
        </text>
      </svg>
    </figure>
  );
}
