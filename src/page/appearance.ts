/**
 * How a run looks everywhere: colour, dash and marker by its slot. Colours are set in
 * styles/tokens.css.
 */

const dashes = ["", "12 4", "3 4", "8 3 2 3", "5 4", "14 3 2 3 2 3"] as const;
const markers = ["circle", "square", "triangle", "diamond", "cross", "star"] as const;

export type Marker = (typeof markers)[number];

export interface Appearance {
  /** A CSS colour; a variable, so that it follows the theme. */
  color: string;
  /** `stroke-dasharray`; empty for a solid line. */
  dash: string;
  marker: Marker;
}

/** Six colours; from the seventh run on they come again with the next dash and marker. */
export function appearance(slot: number): Appearance {
  const round = Math.floor(slot / 6);
  return {
    color: `var(--run-${(slot % 6) + 1})`,
    dash: dashes[(slot + round) % 6] ?? "",
    marker: markers[(slot + round) % 6] ?? "circle",
  };
}

/** SVG path of a marker around (0, 0), about `size` wide. */
export function markerPath(marker: Marker, size: number): string {
  const r = size / 2;
  switch (marker) {
    case "circle":
      return `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
    case "square":
      return `M${-r * 0.9},${-r * 0.9}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`;
    case "triangle":
      return `M0,${-r * 1.15}L${r * 1.1},${r * 0.85}L${-r * 1.1},${r * 0.85}z`;
    case "diamond":
      return `M0,${-r * 1.25}L${r * 1.1},0L0,${r * 1.25}L${-r * 1.1},0z`;
    case "cross":
      return (
        `M${-r},${-r / 3}h${(2 * r) / 3}v${(-2 * r) / 3}h${(2 * r) / 3}v${(2 * r) / 3}h${(2 * r) / 3}v${(2 * r) / 3}` +
        `h${(-2 * r) / 3}v${(2 * r) / 3}h${(-2 * r) / 3}v${(-2 * r) / 3}h${(-2 * r) / 3}z`
      );
    case "star": {
      const points = Array.from({ length: 10 }, (_, i) => {
        const angle = (i * Math.PI) / 5 - Math.PI / 2;
        const radius = i % 2 === 0 ? r * 1.3 : r * 0.55;
        return `${(Math.cos(angle) * radius).toFixed(2)},${(Math.sin(angle) * radius).toFixed(2)}`;
      });
      return `M${points.join("L")}z`;
    }
  }
}
