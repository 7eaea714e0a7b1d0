/** The verdict as the runner prints it at its end: a line for each run, then the sentences. */

import { metricFacts } from "../../src/tasks/metrics/names";
import { formatMetric } from "../../src/tasks/metrics/shown";
import type { Verdict } from "../../src/worker/api";

/** For example `LoRA     63.3 %  (45.5 % to 78.1 %)  11,328 parameters`. */
export function verdictLines({ metric, part, rows, runs, sentences }: Verdict): string[] {
  const width = Math.max(0, ...runs.map(({ run }) => run.length));
  const value = (number: number) => formatMetric(metric, number);
  return [
    "",
    runs.length === 0
      ? "Verdict"
      : `Verdict: ${metricFacts[metric].title} on ${rows} ${part === "file" ? "rows of the file" : `${part} rows`}, with 95 % intervals`,
    ...runs.map(({ run, value: own, low, high, parameters }) => {
      const size = parameters === null ? "" : `  ${parameters.toLocaleString("en-US")} parameters`;
      return `  ${run.padEnd(width)}  ${value(own).padStart(7)}  (${value(low)} to ${value(high)})${size}`;
    }),
    ...sentences,
    "",
  ];
}
