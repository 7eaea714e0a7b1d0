/** A run's marker at the end of its line, where points are too many to mark each. */

import { useXAxisScale, useYAxisScale } from "recharts";
import { appearance } from "./appearance";
import { MarkerDot } from "./MarkerDot";
import type { PlottedLine } from "./plotted-lines";

export function EndMarkers({ lines }: { lines: readonly PlottedLine[] }) {
  const toX = useXAxisScale();
  const toY = useYAxisScale();
  if (!toX || !toY) return null;
  return lines.map(({ run, faded, strong }) => {
    const end = strong[strong.length - 1];
    if (!end) return null;
    const { color, marker } = appearance(run.slot);
    return (
      <MarkerDot
        key={run.key}
        marker={marker}
        faded={faded}
        stroke={color}
        cx={Number(toX(end.x))}
        cy={Number(toY(end.y))}
      />
    );
  });
}
