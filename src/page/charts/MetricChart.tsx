/**
 * A metric of the task on the validation rows over training: the one that runs are judged by, or
 * another that is chosen.
 */

import { type MetricName, metricFacts, taskMetrics } from "../../tasks/metrics/names";
import { formatCount, formatPlural, metricWord } from "../numbers";
import type { Comparison } from "../store/state";
import { patch, shownTask, useStudio } from "../store/store";
import { CurveChart } from "./CurveChart";
import type { Drawn } from "./lines-context";
import { useMetric } from "./use-metric";
import "./MetricChart.css";

export function MetricChart() {
  const task = useStudio(shownTask);
  const metric = useMetric();
  const newest = useStudio(({ comparison: { current, past } }) => current ?? past[0] ?? null);
  const tools = (
    <select
      className="input chart-choice"
      aria-label="Validation metric"
      value={metric}
      onChange={(event) => patch("ui", { metric: event.target.value as MetricName })}
    >
      {taskMetrics[task].map((name) => (
        <option key={name} value={name}>
          {metricFacts[name].title}
        </option>
      ))}
    </select>
  );
  return (
    <CurveChart
      title={`Validation ${metricWord(metric)}`}
      quantity={metric}
      className="chart-main"
      tools={tools}
      note={(drawn) => newest && [ofRows(drawn, newest), bars(drawn)].filter(Boolean).join(" ")}
    />
  );
}

/** Of how many validation rows the points are. */
function ofRows({ lines }: Drawn, { parts }: Pick<Comparison, "parts">): string {
  const measured = new Set(
    lines.flatMap(({ seeds, faded }) => (faded ? [] : seeds.map(({ curves }) => curves.evaluations.last("rows") ?? 0))),
  );
  const [rows] = measured;
  if (measured.size !== 1 || !rows) return "";
  return parts && rows < parts.validation
    ? `Each point is of the same ${formatCount(rows)} of ${formatPlural(parts.validation, "validation row")}.`
    : `Each point is of ${formatPlural(rows, "validation row")}.`;
}

/** What the whiskers are. */
function bars({ lines }: Drawn): string {
  const kinds = new Set(lines.flatMap(({ intervals, faded }) => (intervals && !faded ? [intervals.of] : [])));
  const seeds = kinds.has("seeds") ? "one standard deviation over seeds around their mean" : null;
  const rows = kinds.has("rows") ? "95 % intervals: with other rows a value may be anywhere within" : null;
  const said = [seeds, rows].filter(Boolean).join("; of single runs ");
  return said && `Bars: ${said}.`;
}
