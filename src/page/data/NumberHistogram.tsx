/** How the numbers to be predicted are spread over the training and validation rows. */

import type { DataSummary } from "../../worker/api";
import { formatCount, formatTick } from "../numbers";
import "./histogram.css";

const width = 320;
const height = 56;

export function NumberHistogram({ summary }: { summary: DataSummary }) {
  const { numbers, trainRows, validationRows } = summary;
  if (!numbers) return null;
  const { bars, scale } = numbers;
  const most = Math.max(1, ...bars.map(({ train, validation }) => train + validation));
  const bar = width / Math.max(1, bars.length);
  const tall = (count: number) => (count / most) * height;
  return (
    <figure className="lengths">
      <figcaption className="group-label">
        Numbers{" "}
        <span className="muted">
          mean {formatTick(scale.mean)}, standard deviation {formatTick(scale.deviation)} · {formatCount(trainRows)}{" "}
          training · {formatCount(validationRows)} validation rows
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="histogram"
        role="img"
        aria-label={`Rows by number: ${bars.map(({ from, upTo, train, validation }) => `${formatTick(from)} to ${formatTick(upTo)}: ${train + validation}`).join(", ")}.`}
      >
        {bars.map(({ from, upTo, train, validation }, index) => (
          <g key={from}>
            <title>{`${formatTick(from)} to ${formatTick(upTo)}: ${formatCount(train)} training and ${formatCount(validation)} validation rows`}</title>
            <rect
              className="histogram-cut"
              x={index * bar + 1}
              width={Math.max(1, bar - 2)}
              y={height - tall(train + validation)}
              height={tall(validation)}
            />
            <rect
              className="histogram-bar"
              x={index * bar + 1}
              width={Math.max(1, bar - 2)}
              y={height - tall(train)}
              height={tall(train)}
            />
          </g>
        ))}
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
