/** Slices as the runner prints them: a line for each part of the rows, a column for each run. */

import { metricFacts } from "../../src/tasks/metrics/names";
import { formatMetric } from "../../src/tasks/metrics/shown";
import type { Slices } from "../../src/worker/api";

/** For example `  email       12   91.7 %   83.3 %`. Intervals are in `summary.json`. */
export function sliceLines({ column, metric, part, runs, whole, slices, worst }: Slices): string[] {
  const cells = [
    [column, "rows", ...runs],
    ...[...slices, whole].map(({ name, rows, runs: own }) => [
      name,
      String(rows),
      ...own.map((figure) => (figure ? formatMetric(metric, figure.value) : "–")),
    ]),
  ];
  const widths = cells[0]!.map((_, place) => Math.max(...cells.map((line) => line[place]!.length)));
  const aligned = cells.map((line) =>
    line.map((cell, place) => (place === 0 ? cell.padEnd(widths[place]!) : cell.padStart(widths[place]!))).join("  "),
  );
  return [
    "",
    `${metricFacts[metric].title} on the ${part} rows, by "${column}"`,
    ...aligned.map((line) => `  ${line}`),
    ...worst.flatMap((place, run) => (place === null ? [] : [`  worst part of ${runs[run]}: ${slices[place]!.name}`])),
    "",
  ];
}
