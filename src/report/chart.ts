/**
 * Curves as SVG, from numbers alone: axes with ticks, a line with a marker and its name at its end
 * for each run, a band where it is the mean of several. Colours are classes of the report's style.
 * The page draws its own charts, which move.
 */

import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import {
  area,
  line,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from "d3-shape";
import { type Markup, markup } from "./markup";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface ChartLine {
  readonly name: string;
  /** Which colour, dash and marker: from 0. */
  readonly look: number;
  /** In the order of x. */
  readonly points: readonly Point[];
  /** One standard deviation around the mean of several runs; empty for a single one. */
  readonly band: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** Its value does not change with x: it is drawn as far as the others reach. */
  readonly level: boolean;
}

export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** As a tick, and as a line's end. */
  readonly format: (value: number) => string;
  /** What no value can be below and above. */
  readonly limits: readonly [number, number];
  readonly lines: readonly ChartLine[];
  /** Values to compare with, as lines across. */
  readonly levels: readonly { readonly title: string; readonly value: number }[];
}

const COLOURS = 6;
const DASHES = ["", "12 4", "3 4", "8 3 2 3", "5 4", "14 3 2 3 2 3"] as const;
const SYMBOLS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolStar] as const;
/** Square pixels of a marker. */
const MARKER = 60;
/** Between the names of two lines. */
const NAME_HEIGHT = 15;
/** Of a letter, on the wide side. */
const LETTER = 6.6;
const PLOT_HEIGHT = 230;
const ROOM = { top: 30, bottom: 44, left: 54 };

/** The class that a look's colour has in the report's style. */
export const colourClass = (look: number) => `run-${(look % COLOURS) + 1}`;

/** From the seventh run on, colours come again with the next dash and marker. */
const turned = (look: number) => (look + Math.floor(look / COLOURS)) % COLOURS;

/** The path of a look's marker around (0, 0). */
export function markerPath(look: number, size = MARKER): string {
  return symbol(SYMBOLS[turned(look)]!, size).digits(2)()!;
}

/**
 * A chart of this width in pixels, which it can be scaled from. A line without a point is left out.
 * @returns `svg`, with its own words for those who cannot see it.
 */
export function drawChart(
  { title, xTitle, yTitle, format, limits, lines: given, levels }: Chart,
  width: number,
): Markup {
  const lines = given.filter(({ points }) => points.length > 0);
  const end = Math.max(1, ...lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const longest = Math.max(
    0,
    ...[...lines.map(({ name }) => name), ...levels.map(({ title: own }) => own)].map(lengthOf),
  );
  const names = Math.min(longest * LETTER + 22, width * 0.38);
  const height = Math.max(PLOT_HEIGHT, (lines.length + levels.length) * NAME_HEIGHT);
  const x = scaleLinear([0, end], [ROOM.left, width - names]);
  const y = scaleLinear(span(lines, levels, limits), [ROOM.top + height, ROOM.top]).nice(5);
  const bottom = ROOM.top + height;
  const whole = bottom + ROOM.bottom;
  const right = width - names;
  const ends = placeNames(
    [...lines.map((one) => y(one.points.at(-1)!.y)), ...levels.map(({ value }) => y(value))],
    ROOM.top,
    bottom,
  );
  const xTicks = x.ticks(width < 500 ? 3 : 6).filter(Number.isInteger);
  return markup`<svg viewBox="0 0 ${width} ${whole}" role="img" aria-label="${said(title, lines, levels, format)}">
<g class="grid">${y.ticks(5).map((tick) => markup`<line x1="${ROOM.left}" x2="${right}" y1="${place(y(tick))}" y2="${place(y(tick))}"/>`)}</g>
<g class="tick" text-anchor="end">${y.ticks(5).map((tick) => markup`<text x="${ROOM.left - 8}" y="${place(y(tick) + 4)}">${format(tick)}</text>`)}</g>
<g class="tick" text-anchor="middle">${xTicks.map((tick) => markup`<text x="${place(x(tick))}" y="${bottom + 18}">${tick.toLocaleString("en-US")}</text>`)}</g>
<line class="axis" x1="${ROOM.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<text class="axis-title" x="${ROOM.left}" y="14">${yTitle}</text>
<text class="axis-title" x="${place((ROOM.left + right) / 2)}" y="${bottom + 38}" text-anchor="middle">${xTitle}</text>
${levels.map((one, index) => drawLevel(one, lines.length + index))}
${lines.map((one, index) => drawLine(one, index))}
</svg>`;

  function drawLevel({ title: name, value }: Chart["levels"][number], index: number): Markup {
    const [at, nameY] = [place(y(value)), ends[index]!];
    return markup`<line class="guess" x1="${ROOM.left}" x2="${right}" y1="${at}" y2="${at}"/>
<path class="guess-leader" d="M${right},${at}L${place(right + 14)},${place(nameY)}"/>
${nameAt(name, nameY, "name guess-name")}
`;
  }

  function nameAt(name: string, nameY: number, look: string): Markup {
    const letters = Math.floor((names - 22) / LETTER);
    return markup`<text class="${look}" x="${place(right + 17)}" y="${place(nameY + 4)}">${shortened(name, letters)}<title>${name}</title></text>`;
  }

  function drawLine({ name, look, points, band, level }: ChartLine, index: number): Markup {
    const shown = level
      ? [
          { x: 0, y: points.at(-1)!.y },
          { x: end, y: points.at(-1)!.y },
        ]
      : points;
    const last = shown.at(-1)!;
    const [lastX, lastY, nameY] = [x(last.x), y(last.y), ends[index]!];
    const path = line<Point>(
      (point) => x(point.x),
      (point) => y(point.y),
    ).digits(1)(shown)!;
    const around = area<ChartLine["band"][number]>(
      (point) => x(point.x),
      (point) => y(point.low),
      (point) => y(point.high),
    ).digits(1)(band);
    return markup`<g class="${colourClass(look)}">
${around === null ? null : markup`<path class="band" d="${around}"/>`}
<path class="${level ? "line level" : "line"}" d="${path}" stroke-dasharray="${level ? "2 4" : DASHES[turned(look)]!}"/>
<path class="marker" d="${markerPath(look)}" transform="translate(${place(lastX)} ${place(lastY)})"/>
<path class="leader" d="M${place(lastX + 5)},${place(lastY)}L${place(right + 14)},${place(nameY)}"/>
${nameAt(name, nameY, "name")}
</g>
`;
  }
}

/** What the vertical axis must enclose, a little more than the values. */
function span(
  lines: readonly ChartLine[],
  levels: Chart["levels"],
  [least, most]: readonly [number, number],
): [number, number] {
  const values = [
    ...lines.flatMap(({ points, band }) => [
      ...points.map(({ y }) => y),
      ...band.flatMap(({ low, high }) => [low, high]),
    ]),
    ...levels.map(({ value }) => value),
  ];
  const [low = 0, high = 1] = extent(values);
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [Math.max(least, low - room), Math.min(most, high + room)];
}

/** Where names stand so that none covers another, as near to their lines' ends as may be. */
function placeNames(wanted: readonly number[], top: number, bottom: number): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]!);
  const places = [...wanted];
  let next = top;
  for (const index of order) {
    places[index] = Math.max(wanted[index]!, next);
    next = places[index]! + NAME_HEIGHT;
  }
  let above = bottom;
  for (const index of order.toReversed()) {
    places[index] = Math.min(places[index]!, above);
    above = places[index]! - NAME_HEIGHT;
  }
  return places;
}

/** The chart in words: where each line begins and ends. */
function said(
  title: string,
  lines: readonly ChartLine[],
  levels: Chart["levels"],
  format: (value: number) => string,
): string {
  const each = lines.map(({ name, points }) => {
    const [first, last] = [points[0]!, points.at(-1)!];
    return points.length === 1 ? `${name} ${format(last.y)}` : `${name} from ${format(first.y)} to ${format(last.y)}`;
  });
  const guesses = levels.map((level) => `${level.title} ${format(level.value)}`);
  return `${title}. ${[...each, ...guesses].join("; ")}.`;
}

const lengthOf = ({ length }: string) => length;

const shortened = (name: string, letters: number) =>
  name.length <= letters ? name : `${name.slice(0, Math.max(1, letters - 1))}…`;

/** A tenth of a pixel is as fine as anybody sees. */
const place = (value: number) => Number(value.toFixed(1));
