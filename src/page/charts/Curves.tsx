/**
 * The lines of a chart with the markers of their runs: intervals as whiskers at the bottom, then
 * levels of guessing, then the lines. The run that is pointed at is strong; of several runs its raw
 * line is drawn alone.
 */

import { memo, use, useMemo } from "react";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import { appearance, markerPath } from "../appearance";
import { useStudio } from "../store/store";
import { type Beside, bandPath, linePath, whiskerPath } from "./line-path";
import { LinesContext } from "./lines-context";
import { isOf, type PlottedLine } from "./plotted-lines";

/** Lines with more points than this are marked at their end only. */
const mostMarkers = 60;
/** More lines than these are told apart only by drawing one strong and the rest faint. */
export const MANY_LINES = 7;
const REST = 0.25;
const PAST = 0.4;

interface CurvesProps {
  /** One marker and whisker a point (few points), else one marker at the end of a line. */
  evaluated: boolean;
}

type Scale = (value: number) => number;

export function Curves({ evaluated }: CurvesProps) {
  const { lines, levels } = use(LinesContext);
  const pointed = useStudio((state) => state.ui.pointed);
  const area = usePlotArea();
  const scaleX = useXAxisScale();
  const scaleY = useYAxisScale();
  const toX = useMemo<Scale | undefined>(() => scaleX && ((x) => Number(scaleX(x))), [scaleX]);
  const toY = useMemo<Scale | undefined>(() => scaleY && ((y) => Number(scaleY(y))), [scaleY]);
  if (!area || !toX || !toY) return null;
  const strong = lines.find((line) => isOf(line, pointed));
  const many = lines.length > MANY_LINES;
  const ordered = strong ? [...lines.filter((line) => line !== strong), strong] : lines;
  const whiskered = lines.filter(({ faded, intervals }) => intervals && !faded);
  return (
    <g fill="none" strokeLinejoin="round">
      {levels.map(({ title, value }) => {
        const y = toY(value);
        const isInside = y >= area.y && y <= area.y + area.height;
        return (
          isInside && (
            <line
              key={title}
              className="chart-level"
              x1={area.x}
              x2={area.x + area.width}
              y1={y}
              y2={y}
              stroke="var(--muted)"
              strokeDasharray="2 3"
            />
          )
        );
      })}
      {ordered.map((line) => {
        const isStrong = line === strong;
        const isRest = strong !== undefined && !isStrong && many;
        return (
          <Curve
            key={line.run.key}
            {...{ line, toX, toY, evaluated, isStrong }}
            left={area.x}
            right={area.x + area.width}
            opacity={isRest ? REST : line.faded ? PAST : 1}
            isRaw={isStrong || lines.length === 1}
            whiskers={
              !evaluated || (many && !isStrong)
                ? null
                : isStrong
                  ? ALONE
                  : besides(whiskered.indexOf(line), whiskered.length)
            }
          />
        );
      })}
    </g>
  );
}

const ALONE: Beside = { place: 0, of: 1 };
const places = new Map<string, Beside>();

/** The same object for the same place, so that a curve is not drawn again for it. */
function besides(place: number, of: number): Beside | null {
  if (place < 0) return null;
  const key = `${place}/${of}`;
  const found = places.get(key) ?? { place, of };
  places.set(key, found);
  return found;
}

interface CurveProps extends CurvesProps {
  line: PlottedLine;
  toX: Scale;
  toY: Scale;
  /** Edges of the plot. */
  left: number;
  right: number;
  opacity: number;
  isStrong: boolean;
  isRaw: boolean;
  whiskers: Beside | null;
}

const Curve = memo(function Curve(props: CurveProps) {
  const { line, toX, toY, left, right, opacity, isStrong, isRaw, whiskers, evaluated } = props;
  const { run, xs, faint, strong, intervals } = line;
  const { color, dash, marker } = appearance(run.slot);
  const path = useMemo(() => linePath(strong, toX, toY), [strong, toX, toY]);
  const raw = useMemo(() => (isRaw && faint ? linePath(faint, toX, toY) : null), [isRaw, faint, toX, toY]);
  const bars = useMemo(
    () => (whiskers && intervals ? whiskerPath(xs, intervals, toX, toY, whiskers, [left, right]) : ""),
    [whiskers, intervals, xs, toX, toY, left, right],
  );
  const isBand = !evaluated && isStrong && intervals !== null;
  const band = useMemo(() => (isBand ? bandPath(xs, intervals, toX, toY) : ""), [isBand, xs, intervals, toX, toY]);
  const marked = evaluated && strong.length <= mostMarkers ? strong : strong.slice(-1);
  return (
    <g opacity={opacity}>
      {band && <path d={band} fill={color} fillOpacity={0.14} />}
      {bars && (
        <path className="whiskers" d={bars} stroke={color} strokeWidth={1} strokeOpacity={isStrong ? 1 : 0.55} />
      )}
      {raw && <path className="curve-raw" d={raw} stroke={color} strokeOpacity={0.35} strokeWidth={1} />}
      <path
        className="curve"
        d={path}
        stroke={color}
        strokeWidth={(run.control ? 1.5 : 2) + (isStrong ? 1 : 0)}
        strokeDasharray={dash || undefined}
      />
      {marked.map((point) => {
        const x = toX(point.x);
        const y = toY(point.y);
        if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
        return <path key={point.x} d={markerPath(marker, 7)} transform={`translate(${x} ${y})`} fill={color} />;
      })}
    </g>
  );
});
