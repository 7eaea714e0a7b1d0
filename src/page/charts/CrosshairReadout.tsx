/** Every run's value where the crosshair stands, the best first. */

import { formatCount, formatDuration } from "../numbers";
import type { AxisUnit } from "../store/state";
import { useStudio } from "../store/store";
import { plotLeft, plotRight } from "./plot-geometry";
import type { PlottedLine } from "./plotted-lines";
import { RunSwatch } from "./RunSwatch";
import { nearestIndex } from "./reduce-points";
import type { Axis } from "./ticks";
import "./CrosshairReadout.css";

interface CrosshairReadoutProps {
  lines: readonly PlottedLine[];
  x: Axis;
  unit: AxisUnit;
  format: (value: number) => string;
  /** Larger values come first. */
  descending: boolean;
  /** Without names, for a small chart. */
  compact: boolean;
}

export function CrosshairReadout({ lines, x, unit, format, descending, compact }: CrosshairReadoutProps) {
  const at = useStudio((state) => state.ui.crosshair);
  if (at === null || lines.length === 0) return null;
  const rows = lines.flatMap((line) => {
    const index = nearestIndex(line.xs, at);
    const value = line.strongValues[index];
    const raw = line.ys[index];
    if (value === undefined || raw === undefined) return [];
    return { line, value, raw, deviation: line.spread?.deviations[index] };
  });
  rows.sort((a, b) => (descending ? b.value - a.value : a.value - b.value));
  const share = (at - x.domain[0]) / (x.domain[1] - x.domain[0]);
  const raws = !compact && rows.some((row) => row.line.faint);
  const spreads = !compact && rows.some((row) => row.deviation !== undefined);
  const width = compact ? 120 : (raws ? 316 : 244) + (spreads ? 84 : 0);
  const place = `${plotLeft}px + ${share} * (100% - ${plotLeft + plotRight}px)`;
  const left =
    share < 0.5 ? `min(calc(${place} + 12px), calc(100% - ${width}px))` : `max(0px, calc(${place} - ${width + 12}px))`;
  return (
    <div className="readout" style={{ left, width }}>
      <div className="readout-title">{position(at, unit)}</div>
      <table>
        <tbody>
          {rows.slice(0, 8).map(({ line, value, raw, deviation }) => (
            <tr key={line.run.key} className={line.faded ? "readout-faded" : undefined}>
              <td>
                <RunSwatch slot={line.run.slot} faded={line.faded} />
              </td>
              {!compact && <th scope="row">{line.run.name}</th>}
              <td className="number">
                {format(value)}
                {spreads && deviation !== undefined && <span className="muted"> ± {format(deviation)}</span>}
              </td>
              {raws && <td className="number muted">{line.faint ? format(raw) : ""}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {(raws || spreads) && (
        <div className="readout-note">
          {[raws && "smoothed · as computed", spreads && "mean ± standard deviation"].filter(Boolean).join("; ")}
        </div>
      )}
    </div>
  );
}

function position(at: number, unit: AxisUnit): string {
  if (unit === "seconds") return formatDuration(at);
  return unit === "step" ? `step ${formatCount(at)}` : `${formatCount(at)} tokens`;
}
