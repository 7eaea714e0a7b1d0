/**
 * Every point of a sweep as a line over all that was varied, to the figure it came to (parallel
 * coordinates): any number of options in one picture.
 */

import { useRef } from "react";
import { metricFacts } from "../../tasks/metrics/names";
import { useWidth } from "../charts/use-width";
import { formatMetric, metricWord } from "../numbers";
import { SweepCard, SweepDrawing } from "./SweepCard";
import type { SweepProps } from "./SweepTable";
import { shareOf } from "./sweep-results";
import { pointInWords } from "./titles";

const height = 236;
/** From axis to axis: as there is room, so that words need not shrink with the picture. */
const SPACING = { least: 84, most: 150 };
const margin = { left: 48, right: 60, top: 40, bottom: 16 };

export function ParallelAxes({ result, metric, titles }: SweepProps) {
  const { points, best, run } = result;
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box) || Number.POSITIVE_INFINITY;
  const even = (room - margin.left - margin.right) / titles.length;
  const spacing = Math.min(SPACING.most, Math.max(SPACING.least, even));
  const width = margin.left + margin.right + titles.length * spacing;
  const inner = height - margin.top - margin.bottom;
  const x = (axis: number) => margin.left + axis * spacing;
  const y = (axis: number, place: number) => margin.top + inner - ((place + 0.5) / titles[axis]!.values.length) * inner;
  const known = points.flatMap((point) => (point.value ? [{ point, mean: point.value.mean }] : []));
  const share = (mean: number) => shareOf(mean, points, metric);
  // The better end is up, whichever it is.
  const end = (mean: number) => margin.top + 10 + (1 - share(mean)) * (inner - 20);
  const ordered = known.toSorted((one, other) => share(one.mean) - share(other.mean));
  const ends = ordered.length > 0 ? [...new Set([ordered[0]!.mean, ordered.at(-1)!.mean])] : [];
  return (
    <SweepCard
      title={`All settings: ${run}`}
      detail={`${metricWord(metric)} at the right`}
      summary={best && `Best is ${pointInWords(best, titles)}.`}
      result={result}
      metric={metric}
      titles={titles}
    >
      <div ref={box}>
        <SweepDrawing width={width} height={height}>
          {ordered.map(({ point, mean }) => (
            <polyline
              key={point.name}
              className={point === best ? "sweep-path sweep-path-best" : "sweep-path"}
              strokeOpacity={point === best ? 1 : 0.4 + 0.4 * share(mean)}
              points={[
                ...point.places.map((place, axis) => `${x(axis)},${y(axis, place)}`),
                `${x(titles.length)},${end(mean)}`,
              ].join(" ")}
            >
              <title>{`${pointInWords(point, titles)}: ${formatMetric(metric, mean)}`}</title>
            </polyline>
          ))}
          {titles.map(({ title, values }, axis) => (
            <g key={title}>
              <line className="sweep-rule" x1={x(axis)} x2={x(axis)} y1={margin.top} y2={margin.top + inner} />
              <text x={x(axis)} y={18} textAnchor="middle" className="sweep-axis">
                {title}
              </text>
              {values.map((value, place) => (
                <text
                  key={value}
                  x={x(axis) - 6}
                  y={y(axis, place) + (axis === 0 ? 4 : -7)}
                  textAnchor="end"
                  className="sweep-label sweep-halo"
                >
                  {value}
                </text>
              ))}
            </g>
          ))}
          <line
            className="sweep-rule"
            x1={x(titles.length)}
            x2={x(titles.length)}
            y1={margin.top}
            y2={margin.top + inner}
          />
          <text x={x(titles.length)} y={18} textAnchor="middle" className="sweep-axis">
            {metricFacts[metric].title}
          </text>
          {ends.map((mean) => (
            <text key={mean} x={x(titles.length) + 8} y={end(mean) + 4} className="sweep-label">
              {formatMetric(metric, mean)}
            </text>
          ))}
        </SweepDrawing>
      </div>
    </SweepCard>
  );
}
