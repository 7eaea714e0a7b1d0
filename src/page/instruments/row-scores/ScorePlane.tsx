/**
 * Rows as dots of two scores, in four quarters by the medians of both: with entropy and loss the
 * plane of error and uncertainty. A dot chooses its row.
 */

import { linearAxis } from "../../charts/ticks";
import { formatCount, formatTick, formatTicks } from "../../numbers";
import { medianOf, type ScoreColumn } from "./columns";

const size = 320;
const margin = { left: 52, top: 10, right: 12, bottom: 44 };
const MOST_DOTS = 2000;

interface ScorePlaneProps {
  x: ScoreColumn;
  y: ScoreColumn;
  chosen: number;
  onChoose: (place: number) => void;
}

export function ScorePlane({ x, y, chosen, onChoose }: ScorePlaneProps) {
  const there = [...x.values.keys()].filter(
    (place) => Number.isFinite(x.values[place]) && Number.isFinite(y.values[place]),
  );
  if (there.length === 0) return null;
  const shown = there.slice(0, MOST_DOTS);
  const axisOf = ({ values }: ScoreColumn) => {
    const own = shown.map((place) => values[place]!);
    return linearAxis(Math.min(...own), Math.max(...own), 4);
  };
  const [across, up] = [axisOf(x), axisOf(y)];
  const [labelsX, labelsY] = [formatTicks(across.ticks), formatTicks(up.ticks)];
  const inner = { width: size - margin.left - margin.right, height: size - margin.top - margin.bottom };
  const share = (value: number, [low, high]: [number, number]) => (value - low) / (high - low);
  const toX = (value: number) => margin.left + share(value, across.domain) * inner.width;
  const toY = (value: number) => margin.top + (1 - share(value, up.domain)) * inner.height;
  const [middleX, middleY] = [medianOf(x.values), medianOf(y.values)];
  const quarter = (place: number) => (y.values[place]! > middleY ? 1 : 3) + (x.values[place]! > middleX ? 0 : 1);
  const bottom = size - margin.bottom;
  const [nameX, nameY] = [x.name.toLowerCase(), y.name.toLowerCase()];
  return (
    <figure className="score-plane row-scores-figure">
      <figcaption className="group-label">
        {y.name} against {nameX}{" "}
        {shown.length < there.length && <span className="muted">the first {formatCount(MOST_DOTS)} rows</span>}
      </figcaption>
      <svg
        viewBox={`0 0 ${size} ${size}`}
        role="img"
        aria-label={`${formatCount(shown.length)} rows by ${nameX} and ${nameY}, in quarters by the medians ${formatTick(middleX)} and ${formatTick(middleY)}. The table below has every number.`}
      >
        {up.ticks.map((tick, place) => (
          <g key={tick} className="score-tick">
            <line x1={margin.left} x2={size - margin.right} y1={toY(tick)} y2={toY(tick)} />
            <text x={margin.left - 6} y={toY(tick) + 4} textAnchor="end">
              {labelsY[place]}
            </text>
          </g>
        ))}
        {across.ticks.map((tick, place) => (
          <text key={tick} x={toX(tick)} y={bottom + 18} textAnchor="middle">
            {labelsX[place]}
          </text>
        ))}
        <line className="score-median" x1={toX(middleX)} y1={margin.top} x2={toX(middleX)} y2={bottom} />
        <line className="score-median" x1={margin.left} y1={toY(middleY)} x2={size - margin.right} y2={toY(middleY)} />
        {shown.map((place) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: a dot is a shortcut to the table's row
          <circle
            key={place}
            className={`score-dot score-quarter-${quarter(place)}${place === chosen ? " score-dot-chosen" : ""}`}
            cx={toX(x.values[place]!)}
            cy={toY(y.values[place]!)}
            r={place === chosen ? 6 : 3.5}
            onClick={() => onChoose(place)}
          />
        ))}
        <text x={margin.left + inner.width / 2} y={size - 6} textAnchor="middle">
          {nameX}
        </text>
        <text transform={`translate(12 ${margin.top + inner.height / 2}) rotate(-90)`} textAnchor="middle">
          {nameY}
        </text>
      </svg>
    </figure>
  );
}
