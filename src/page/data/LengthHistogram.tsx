/** How long the texts are in tokens, and where they are cut: the line can be moved. */

import { Slider } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import type { DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { formatCount, formatPercent, formatPlural } from "../numbers";
import "../styles/histogram.css";

const width = 320;
const height = 56;
/** Milliseconds after the last key: every new length reads all texts again. */
const PATIENCE = 400;

export default function LengthHistogram({ summary, context }: { summary: DataSummary; context: number | undefined }) {
  const { lengths, longest, longer, settings } = summary;
  const [cut, setCut] = useState(settings.maxLength);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setCut(settings.maxLength), [settings.maxLength]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  if (lengths.length === 0) return null;
  const end = lengths.at(-1)!.upTo;
  const most = Math.max(1, ...lengths.map((bucket) => bucket.count));
  const bar = width / lengths.length;
  const table = lengths.map((bucket) => `up to ${bucket.upTo}: ${bucket.count}`).join(", ");
  const share = shareCut(summary, cut);
  // A cut behind the last bar stands at the end, and can be moved from there.
  const last = Math.max(1, Math.min(end, context ?? end));
  const take = (value: number) => {
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => {
      if (value !== settings.maxLength) void setData({ maxLength: value }, "settings");
    }, PATIENCE);
  };
  const said = cut >= longest ? "no text is cut" : `${formatPercent(share)} of the texts are cut`;
  return (
    <figure className="lengths">
      <figcaption className="group-label">
        Length in tokens <span className="muted">longest {formatCount(longest)}</span>
      </figcaption>
      <div className="histogram-frame">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          className="histogram"
          role="img"
          aria-label={`Number of texts by length in tokens: ${table}${longer > 0 ? `, longer: ${longer}` : ""}. Texts are cut at ${settings.maxLength}.`}
        >
          {lengths.map((bucket, index) => {
            const tall = bucket.count === 0 ? 0 : Math.max(1, (bucket.count / most) * height);
            const before = index === 0 ? 0 : lengths[index - 1]!.upTo;
            return (
              <rect
                key={bucket.upTo}
                className={before >= cut ? "histogram-cut" : "histogram-bar"}
                x={index * bar + 1}
                width={Math.max(1, bar - 2)}
                y={height - tall}
                height={tall}
              >
                <title>{`${formatPlural(bucket.count, "text")} up to ${formatPlural(bucket.upTo, "token")}`}</title>
              </rect>
            );
          })}
        </svg>
        <Slider.Root
          className="histogram-slider"
          min={0}
          max={end}
          step={1}
          value={[Math.min(cut, end)]}
          onValueChange={([value = 1]) => setCut(Math.min(last, Math.max(1, value)))}
          onValueCommit={([value = 1]) => take(Math.min(last, Math.max(1, value)))}
        >
          <Slider.Track className="histogram-track" />
          <Slider.Thumb
            className="histogram-limit"
            aria-label="Where texts are cut, in tokens"
            aria-valuetext={`${formatPlural(cut, "token")}: ${said}`}
          />
        </Slider.Root>
      </div>
      <div className="histogram-scale">
        <span aria-hidden="true">0</span>
        <span className="histogram-said">
          cut at {formatCount(cut)}: {said}
        </span>
        <span aria-hidden="true">
          {formatCount(end)}
          {longer > 0 && ` · + ${formatCount(longer)} longer`}
        </span>
      </div>
    </figure>
  );
}

/** Of the rows, that are longer than so many tokens. */
function shareCut({ lengthCounts, longer, truncated, settings }: DataSummary, cut: number): number {
  const all = lengthCounts.reduce((sum, count) => sum + count, longer);
  if (cut === settings.maxLength) return truncated / all;
  return lengthCounts.slice(cut + 1).reduce((sum, count) => sum + count, longer) / all;
}
