/** A short piece of a run's line with its marker: the key to every chart. */

import { appearance, markerPath } from "../appearance";

export function RunSwatch({ slot, faded = false }: { slot: number; faded?: boolean }) {
  const { color, dash, marker } = appearance(slot);
  // Half a dash at either end: a gap that lay behind the marker would look like a solid line.
  const offset = Number.parseFloat(dash) / 2 || undefined;
  return (
    <svg className="swatch" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true" opacity={faded ? 0.4 : 1}>
      <line
        x1="0"
        y1="6"
        x2="28"
        y2="6"
        stroke={color}
        strokeWidth="2"
        strokeDasharray={dash || undefined}
        strokeDashoffset={offset}
      />
      <path d={markerPath(marker, 8)} transform="translate(14 6)" fill={color} />
    </svg>
  );
}
