/** A run's marker at a point of its line. recharts gives the place. */

import { type Marker, markerPath } from "./appearance";

interface MarkerDotProps {
  marker: Marker;
  faded: boolean;
  cx?: number;
  cy?: number;
  stroke?: string;
}

export function MarkerDot({ marker, faded, cx, cy, stroke }: MarkerDotProps) {
  if (cx === undefined || cy === undefined || !Number.isFinite(cx) || !Number.isFinite(cy)) return null;
  return (
    <path
      d={markerPath(marker, 7)}
      transform={`translate(${cx} ${cy})`}
      fill={stroke}
      fillOpacity={faded ? 0.4 : 1}
      stroke="none"
    />
  );
}
