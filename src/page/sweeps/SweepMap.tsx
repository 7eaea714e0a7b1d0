/** Two options of a sweep as a map: deeper colour is better, and the best cell has a frame. */

import { useState } from "react";
import { metricFacts } from "../../tasks/metrics/names";
import { SelectField } from "../fields/SelectField";
import { formatMetric, metricWord } from "../numbers";
import { SweepCard, SweepDrawing } from "./SweepCard";
import type { SweepProps } from "./SweepTable";
import { cellOf, shareOf } from "./sweep-results";
import { pointInWords } from "./titles";

const cell = { width: 76, height: 34, gap: 2 };
const margin = { left: 104, top: 42 };

export function SweepMap({ result, metric, titles }: SweepProps) {
  const [[row, column], setShown] = useState<readonly [number, number]>([0, 1]);
  const { points, best, run, axes } = result;
  const choices = titles.map(({ title }, axis) => ({ value: String(axis), label: title }));
  const others = axes.length - 2;
  const summary = best && `Best is ${pointInWords(best, titles)} with ${formatMetric(metric, best.value?.mean)}.`;
  return (
    <SweepCard
      title={`Sweep map: ${run}`}
      detail={metricWord(metric)}
      summary={summary}
      result={result}
      metric={metric}
      titles={titles}
    >
      {others > 0 && (
        <div className="field-grid">
          <SelectField
            label="Down"
            value={String(row)}
            choices={choices.filter(({ value }) => value !== String(column))}
            onChange={(value) => setShown([Number(value), column])}
          />
          <SelectField
            label="Across"
            value={String(column)}
            choices={choices.filter(({ value }) => value !== String(row))}
            onChange={(value) => setShown([row, Number(value)])}
          />
        </div>
      )}
      <Cells result={result} metric={metric} titles={titles} row={row} column={column} />
      <p className="chart-note">
        Deeper colour: {metricFacts[metric].better === "high" ? "higher" : "lower"} {metricWord(metric)}, which is
        better. {best && points.length > 1 && "The frame is around the best. "}
        {others > 0 && `Each cell is the mean over what else was varied.`}
      </p>
    </SweepCard>
  );
}

function Cells({ result, metric, titles, row, column }: SweepProps & { row: number; column: number }) {
  const { points, best } = result;
  const [down, across] = [titles[row]!, titles[column]!];
  const width = margin.left + across.values.length * (cell.width + cell.gap);
  const height = margin.top + down.values.length * (cell.height + cell.gap);
  const cells = down.values.map((_, y) => across.values.map((__, x) => cellOf(points, [row, y], [column, x])));
  const means = cells.flat().map(({ mean }) => ({ value: mean === null ? null : { mean } }));
  return (
    <SweepDrawing width={width} height={height}>
      <text x={margin.left} y={14} className="sweep-axis">
        {across.title} →
      </text>
      <text x={margin.left - 10} y={margin.top - 9} textAnchor="end" className="sweep-axis">
        {down.title} ↓
      </text>
      {across.values.map((value, x) => (
        <text
          key={value}
          x={margin.left + x * (cell.width + cell.gap) + cell.width / 2}
          y={margin.top - 9}
          textAnchor="middle"
          className="sweep-label"
        >
          {value}
        </text>
      ))}
      {cells.map((line, y) => {
        const top = margin.top + y * (cell.height + cell.gap);
        return (
          <g key={down.values[y]}>
            <text x={margin.left - 10} y={top + cell.height / 2 + 4} textAnchor="end" className="sweep-label">
              {down.values[y]}
            </text>
            {line.map(({ mean, points: own }, x) => {
              const left = margin.left + x * (cell.width + cell.gap);
              const isBest = best !== null && own.includes(best);
              const place = { x: left, y: top, width: cell.width, height: cell.height, rx: 3 };
              return (
                <g key={across.values[x]}>
                  <rect {...place} className="sweep-cell" />
                  {mean !== null && (
                    <rect {...place} className="sweep-shade" fillOpacity={0.06 + 0.44 * shareOf(mean, means, metric)} />
                  )}
                  {isBest && <rect {...place} className="sweep-best" />}
                  <text
                    x={left + cell.width / 2}
                    y={top + cell.height / 2 + 5}
                    textAnchor="middle"
                    className="sweep-figure"
                  >
                    {mean === null
                      ? own.some(({ failed }) => failed > 0)
                        ? "failed"
                        : "–"
                      : formatMetric(metric, mean)}
                  </text>
                </g>
              );
            })}
          </g>
        );
      })}
    </SweepDrawing>
  );
}
