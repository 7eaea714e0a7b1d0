/**
 * The drawn part of the verdict's table: a scale as its heading, and a run's dot with its interval
 * in each row. The lines of guessing go through all rows. The numbers stand in the cells beside it.
 */

import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import type { VerdictRun } from "../../worker/api";
import { appearance, markerPath } from "../appearance";
import type { Axis } from "../charts/ticks";
import { formatPercent, formatTick } from "../numbers";
import { placeOf } from "./verdict-scale";

/** A line through all rows: what guessing would reach. */
export interface Level {
  title: string;
  value: number;
}

export function Scale({ axis, metric }: { axis: Axis; metric: MetricName }) {
  return (
    <span className="verdict-scale" aria-hidden="true">
      {axis.ticks.map((tick) => (
        <span key={tick} style={{ left: `${placeOf(axis, tick)}%` }}>
          {metricFacts[metric].kind === "share"
            ? formatPercent(tick, Number.isInteger(tick * 100) ? 0 : 1)
            : formatTick(tick)}
        </span>
      ))}
    </span>
  );
}

interface DotProps {
  run: VerdictRun;
  slot: number;
  axis: Axis;
  levels: readonly Level[];
}

export function Dot({ run: { value, low, high }, slot, axis, levels }: DotProps) {
  const { color, marker } = appearance(slot);
  const at = (number: number) => `${placeOf(axis, number)}%`;
  return (
    <svg className="verdict-dot" aria-hidden="true">
      {axis.ticks.map((tick) => (
        <line key={tick} className="verdict-grid" x1={at(tick)} x2={at(tick)} y1="0" y2="100%" />
      ))}
      {levels.map((level) => (
        <line key={level.title} className="verdict-level" x1={at(level.value)} x2={at(level.value)} y1="0" y2="100%" />
      ))}
      <g stroke={color} strokeWidth="2">
        <line x1={at(low)} x2={at(high)} y1="50%" y2="50%" />
        {[low, high].map((end, index) => (
          <svg key={index === 0 ? "low" : "high"} x={at(end)} y="50%" overflow="visible" aria-hidden="true">
            <line x1="0" x2="0" y1="-5" y2="5" />
          </svg>
        ))}
      </g>
      <svg x={at(value)} y="50%" overflow="visible" aria-hidden="true">
        <path d={markerPath(marker, 11)} fill={color} />
      </svg>
    </svg>
  );
}
