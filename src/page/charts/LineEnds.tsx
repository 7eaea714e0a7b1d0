/**
 * The names of the lines at their right end, each with its last value, and of the levels of
 * guessing: beside the plot, so that they lie over nothing. Pointing at a name points at its run.
 */

import { use } from "react";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import { pointAt } from "../actions/ui";
import { appearance, markerPath } from "../appearance";
import { useStudio } from "../store/store";
import { MANY_LINES } from "./Curves";
import { type Drawn, LinesContext } from "./lines-context";
import { NAME_INDENT, NAME_SIZE } from "./plot-geometry";
import { isOf, type PlottedLine } from "./plotted-lines";
import { roomFor, spreadLabels } from "./spread-labels";
import { fitTexts, textWidth } from "./text-width";

/** From one name to the next. */
const GAP = 15;

interface Label {
  key: string;
  name: string;
  value: string;
  /** Where the line ends; of a level null: it has no leader. */
  end: { x: number; y: number } | null;
  wanted: number;
  line: PlottedLine | null;
}

/** What is written of each line, longest first: for the room that it needs. */
export function longestName({ lines, levels, format }: Drawn): number {
  const all = [
    ...lines.map((line) => `${line.run.name} ${format(lastOf(line))}`),
    ...levels.map(({ title, value }) => `↓ ${title} ${format(value)}`),
  ];
  return Math.max(0, ...all.map((text) => textWidth(text, NAME_SIZE)));
}

function lastOf({ strongValues }: PlottedLine): number {
  return strongValues.at(-1) ?? Number.NaN;
}

/** @param width of the room for names */
export function LineEnds({ width }: { width: number }) {
  const { lines, levels, format } = use(LinesContext);
  const pointed = useStudio((state) => state.ui.pointed);
  const area = usePlotArea();
  const toX = useXAxisScale();
  const toY = useYAxisScale();
  if (!area || !toX || !toY) return null;
  const [top, bottom] = [area.y + 4, area.y + area.height - 4];
  const within = (y: number) => Math.min(bottom, Math.max(top, y));
  const ofLines = lines.flatMap((line): Label[] => {
    const point = line.strong.at(-1);
    const end = point && { x: Number(toX(point.x)), y: Number(toY(point.y)) };
    if (!end || !Number.isFinite(end.x) || !Number.isFinite(end.y)) return [];
    const { key, name } = line.run;
    return [{ key, name, value: format(lastOf(line)), end, wanted: within(end.y), line }];
  });
  const ofLevels = levels.map(({ title, value }): Label => {
    const y = Number(toY(value));
    // Below or above what the axis shows.
    const arrow = y > area.y + area.height ? "↓ " : y < area.y ? "↑ " : "";
    return { key: title, name: `${arrow}${title}`, value: format(value), end: null, wanted: within(y), line: null };
  });
  const room = roomFor(GAP, top, bottom);
  const labels = chosen([...ofLevels, ...ofLines], room, pointed);
  const left = ofLevels.length + ofLines.length - labels.length;
  const centres = spreadLabels(
    labels.map(({ wanted }) => wanted),
    GAP,
    top,
    bottom,
  );
  const edge = area.x + area.width;
  const right = edge + width;
  const indent = edge + NAME_INDENT;
  const names = fitTexts(
    labels.map(({ name, value }) => ({
      text: name,
      width: right - indent - textWidth(` ${value}`, NAME_SIZE) - 2,
    })),
    NAME_SIZE,
  );
  const many = lines.length > MANY_LINES && lines.some((line) => isOf(line, pointed));
  return (
    <g fontSize={NAME_SIZE}>
      {labels.map(({ key, name, value, end, line }, index) => {
        const y = centres[index]!;
        const isStrong = line !== null && isOf(line, pointed);
        const faint = line?.faded || (many && !isStrong);
        const { color, marker } = appearance(line?.run.slot ?? 0);
        return (
          <g
            key={key}
            className="line-end"
            opacity={faint ? 0.6 : 1}
            onPointerEnter={() => line && pointAt(line.run.key)}
            onPointerLeave={() => line && pointAt(null)}
          >
            <rect x={edge + 4} y={y - GAP / 2} width={Math.max(0, width - 4)} height={GAP} fill="transparent" />
            {end && (
              <path
                className="leader"
                d={`M${end.x.toFixed(1)},${end.y.toFixed(1)}L${edge.toFixed(1)},${end.y.toFixed(1)}L${(edge + 10).toFixed(1)},${y.toFixed(1)}`}
                fill="none"
                stroke={color}
                strokeOpacity={0.5}
                strokeDasharray="1 3"
              />
            )}
            {line && <path d={markerPath(marker, 7)} transform={`translate(${edge + 15} ${y})`} fill={color} />}
            <text x={indent} y={y} dy={4} fill={line ? "var(--ink)" : "var(--muted)"} fontWeight={isStrong ? 700 : 400}>
              <title>{`${name} ${value}`}</title>
              {names[index]} <tspan fill={line ? "var(--ink)" : "var(--muted)"}>{value}</tspan>
            </text>
          </g>
        );
      })}
      {left > 0 && (
        <text x={right} y={area.y + area.height + 17} fill="var(--muted)" textAnchor="end">
          {`and ${left} more`}
        </text>
      )}
    </g>
  );
}

/** As many as there is room for, evenly from top to bottom; the one that is pointed at always. */
function chosen(all: readonly Label[], room: number, pointed: string | null): readonly Label[] {
  if (all.length <= room) return all;
  const sorted = all.toSorted((a, b) => a.wanted - b.wanted);
  const kept = new Set(Array.from({ length: room }, (_, i) => sorted[Math.floor((i * all.length) / room)]!));
  const strong = all.find(({ line }) => line && isOf(line, pointed));
  if (strong && !kept.has(strong)) {
    kept.delete(sorted.find((label) => kept.has(label))!);
    kept.add(strong);
  }
  return sorted.filter((label) => kept.has(label));
}
