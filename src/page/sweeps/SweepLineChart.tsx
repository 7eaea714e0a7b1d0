/** One option of a sweep as a line: the figure over its values, with the spread over seeds. */

import { formatMetric, metricWord } from "../numbers";
import { SweepCard, SweepDrawing } from "./SweepCard";
import type { SweepProps } from "./SweepTable";
import { pointInWords } from "./titles";

const width = 480;
const height = 200;
const margin = { left: 64, right: 24, top: 16, bottom: 44 };

export function SweepLineChart({ result, metric, titles }: SweepProps) {
  const { points, best, run } = result;
  const { title, values } = titles[0]!;
  const known = points.flatMap(({ value, places }) => (value ? [{ ...value, place: places[0]! }] : []));
  const ends = known.flatMap(({ mean, deviation }) => [mean - deviation, mean + deviation]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const x = (place: number) => margin.left + ((place + 0.5) / values.length) * (width - margin.left - margin.right);
  const y = (value: number) =>
    margin.top + (high > low ? (high - value) / (high - low) : 0.5) * (height - margin.top - margin.bottom);
  const format = (value: number) => formatMetric(metric, value);
  const said = known.map(({ place, mean }) => `${values[place]}: ${format(mean)}`).join(", ");
  return (
    <SweepCard
      title={`Sweep: ${run}`}
      detail={`${metricWord(metric)} over ${title.toLowerCase()}`}
      summary={best && `Best is ${pointInWords(best, titles)}. ${said}.`}
      result={result}
      metric={metric}
      titles={titles}
    >
      <SweepDrawing width={width} height={height}>
        {known.length > 0 &&
          [...new Set([low, high])].map((value) => (
            <g key={value}>
              <line className="sweep-rule" x1={margin.left} x2={width - margin.right} y1={y(value)} y2={y(value)} />
              <text x={margin.left - 8} y={y(value) + 4} textAnchor="end" className="sweep-label">
                {format(value)}
              </text>
            </g>
          ))}
        <polyline className="sweep-curve" points={known.map(({ place, mean }) => `${x(place)},${y(mean)}`).join(" ")} />
        {known.map(({ place, mean, deviation }) => (
          <g key={place}>
            <line
              className="sweep-curve"
              x1={x(place)}
              x2={x(place)}
              y1={y(mean - deviation)}
              y2={y(mean + deviation)}
            />
            <circle
              className={best?.places[0] === place ? "sweep-dot sweep-dot-best" : "sweep-dot"}
              cx={x(place)}
              cy={y(mean)}
              r={best?.places[0] === place ? 6 : 4}
            />
          </g>
        ))}
        {values.map((value, place) => (
          <text key={value} x={x(place)} y={height - 26} textAnchor="middle" className="sweep-label">
            {value}
          </text>
        ))}
        <text x={(margin.left + width - margin.right) / 2} y={height - 6} textAnchor="middle" className="sweep-axis">
          {title}
        </text>
      </SweepDrawing>
    </SweepCard>
  );
}
