/** How the numbers to be predicted are spread over the training rows and those kept from it. */

import type { DataSummary } from "../../worker/api";
import { formatCount, formatTick } from "../numbers";
import { rowsInWords } from "./rows-in-words";
import "../styles/histogram.css";

const width = 320;
const height = 56;

export function NumberHistogram({ summary }: { summary: DataSummary }) {
  const { numbers, testRows } = summary;
  if (!numbers) return null;
  const { bars, scale } = numbers;
  const totalOf = ({ train, validation, test }: (typeof bars)[number]) => train + validation + test;
  const most = Math.max(1, ...bars.map(totalOf));
  const bar = width / Math.max(1, bars.length);
  const tall = (count: number) => (count / most) * height;
  return (
    <figure className="lengths">
      <figcaption className="group-label">
        Numbers{" "}
        <span className="muted">
          mean {formatTick(scale.mean)}, standard deviation {formatTick(scale.deviation)} · {rowsInWords(summary)}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="histogram"
        role="img"
        aria-label={`Rows by number: ${bars.map((bar) => `${formatTick(bar.from)} to ${formatTick(bar.upTo)}: ${totalOf(bar)}`).join(", ")}.`}
      >
        {bars.map((counts, index) => {
          const { from, upTo, train, validation, test } = counts;
          const held = `${formatCount(validation)} validation${testRows > 0 ? `, ${formatCount(test)} test` : ""}`;
          const place = { x: index * bar + 1, width: Math.max(1, bar - 2) };
          return (
            <g key={from}>
              <title>{`${formatTick(from)} to ${formatTick(upTo)}: ${formatCount(train)} training, ${held} rows`}</title>
              <rect
                className="histogram-cut"
                {...place}
                y={height - tall(totalOf(counts))}
                height={tall(validation + test)}
              />
              <rect className="histogram-bar" {...place} y={height - tall(train)} height={tall(train)} />
            </g>
          );
        })}
      </svg>
      <div className="histogram-scale" aria-hidden="true">
        <span>{formatTick(bars[0]?.from ?? 0)}</span>
        <span>{formatTick(bars.at(-1)?.upTo ?? 0)}</span>
      </div>
      <p className="field-help">
        Runs learn them less the mean, over the standard deviation; what they say is shown in the file's units. A loss
        of 1 is what the mean alone would give.
      </p>
    </figure>
  );
}
