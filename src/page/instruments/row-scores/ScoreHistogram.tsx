/** How one score is spread over the rows. */

import { formatCount, formatTick } from "../../numbers";
import { binned, type ScoreColumn } from "./columns";
import "../../styles/histogram.css";

const width = 320;
const height = 56;
const BINS = 24;

export function ScoreHistogram({ column }: { column: ScoreColumn }) {
  const bars = binned(column.values, BINS);
  if (bars.length === 0) return null;
  const most = Math.max(...bars.map(({ count }) => count));
  const bar = width / bars.length;
  const said = ({ from, upTo, count }: (typeof bars)[number]) =>
    `${formatTick(from)} to ${formatTick(upTo)}: ${formatCount(count)}`;
  return (
    <figure className="row-scores-figure">
      <figcaption className="group-label">Rows by {column.name.toLowerCase()}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="histogram"
        role="img"
        aria-label={`Rows by ${column.name.toLowerCase()}: ${bars.map(said).join(", ")}.`}
      >
        {bars.map((one, index) => (
          <g key={one.from}>
            <title>{`${said(one)} rows`}</title>
            <rect
              className="histogram-bar"
              x={index * bar + 1}
              width={bar - 2}
              y={height - (one.count / most) * height}
              height={(one.count / most) * height}
            />
          </g>
        ))}
      </svg>
      <div className="histogram-scale" aria-hidden="true">
        <span>{formatTick(bars[0]!.from)}</span>
        <span>{formatTick(bars.at(-1)!.upTo)}</span>
      </div>
      <p className="field-help">{column.help}</p>
    </figure>
  );
}
