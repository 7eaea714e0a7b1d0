/** How long the texts are in tokens, and where they are cut. */

import type { DataSummary } from "../../worker/api";
import { formatCount } from "../numbers";
import "./histogram.css";

const width = 320;
const height = 56;

export function LengthHistogram({ summary }: { summary: DataSummary }) {
  const { lengths, longest } = summary;
  if (lengths.length === 0) return null;
  const cut = summary.settings.maxLength;
  const most = Math.max(1, ...lengths.map((bucket) => bucket.count));
  const bar = width / lengths.length;
  const after = lengths.findIndex((bucket) => bucket.upTo >= cut);
  const previous = after > 0 ? (lengths[after - 1]?.upTo ?? 0) : 0;
  const within = after < 0 ? 0 : (cut - previous) / Math.max(1, (lengths[after]?.upTo ?? cut) - previous);
  const cutAt = after < 0 ? null : (after + within) * bar;
  const table = lengths.map((bucket) => `up to ${bucket.upTo}: ${bucket.count}`).join(", ");
  return (
    <figure className="lengths">
      <figcaption className="group-label">
        Length in tokens <span className="muted">longest {formatCount(longest)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="histogram"
        role="img"
        aria-label={`Number of texts by length in tokens: ${table}. Texts are cut at ${cut}.`}
      >
        {lengths.map((bucket, index) => {
          const tall = bucket.count === 0 ? 0 : Math.max(1, (bucket.count / most) * height);
          return (
            <rect
              key={bucket.upTo}
              className={bucket.upTo > cut && index !== after ? "histogram-cut" : "histogram-bar"}
              x={index * bar + 1}
              width={Math.max(1, bar - 2)}
              y={height - tall}
              height={tall}
            >
              <title>{`${formatCount(bucket.count)} texts up to ${formatCount(bucket.upTo)} tokens`}</title>
            </rect>
          );
        })}
        {cutAt !== null && <line className="histogram-limit" x1={cutAt} x2={cutAt} y1={0} y2={height} />}
      </svg>
      <div className="histogram-scale" aria-hidden="true">
        <span>0</span>
        {cutAt !== null && <span className="muted">cut at {formatCount(cut)}</span>}
        <span>{formatCount(lengths[lengths.length - 1]?.upTo)}</span>
      </div>
    </figure>
  );
}
