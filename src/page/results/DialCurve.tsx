/**
 * A metric over the settings of a dial, as far as they were evaluated: which rank is worth its
 * parameters.
 */

import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import type { SettingEvaluation } from "../../worker/api";
import { appearance } from "../appearance";
import { formatMetric } from "../numbers";
import "../styles/histogram.css";

const [width, height, edge] = [320, 96, 8];

interface DialCurveProps {
  title: string;
  metric: MetricName;
  slot: number;
  setting: number;
  rows: readonly SettingEvaluation[];
}

export function DialCurve({ title, metric, slot, setting, rows }: DialCurveProps) {
  const known = rows.flatMap((row) => (row[metric] === undefined ? [] : [{ at: row.setting, value: row[metric] }]));
  if (known.length < 2) return null;
  const values = known.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [known[0]!.at, known.at(-1)!.at];
  const x = (at: number) => edge + ((at - first) / (last - first)) * (width - 2 * edge);
  const share = (value: number) => (high > low ? (value - low) / (high - low) : 0.5);
  const y = (value: number) => height - edge - share(value) * (height - 2 * edge);
  const { color } = appearance(slot);
  const said = known.map(({ at, value }) => `${at}: ${formatMetric(metric, value)}`).join(", ");
  return (
    <figure className="dial-curve">
      <figcaption className="group-label">
        {metricFacts[metric].title} over {title.toLowerCase()}{" "}
        <span className="muted">
          from {formatMetric(metric, low)} to {formatMetric(metric, high)}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${metricFacts[metric].title} by ${title}: ${said}.`}
      >
        <polyline
          fill="none"
          stroke={color}
          strokeWidth={2}
          points={known.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ")}
        />
        {known.map(({ at, value }) => (
          <circle key={at} cx={x(at)} cy={y(value)} r={at === setting ? 5 : 3} fill={color}>
            <title>{`${title} ${at}: ${formatMetric(metric, value)}`}</title>
          </circle>
        ))}
      </svg>
      <div className="histogram-scale" aria-hidden="true">
        <span>
          {title.toLowerCase()} {first}
        </span>
        <span>{last}</span>
      </div>
    </figure>
  );
}
