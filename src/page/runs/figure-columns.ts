/**
 * The run table's columns of figures: their titles, how a value is written, and which way they are
 * sorted first.
 */

import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import { formatBytes, formatCount, formatDuration, formatFlops, formatLoss, formatMetric } from "../numbers";
import type { Figure } from "./table-rows";

export interface Column {
  figure: Figure;
  title: string;
  format: (value: number) => string;
  descendingFirst?: boolean;
  /** Which metric the heading names; left out where it is none. */
  metric?: MetricName;
}

/** With the metric that the task is judged by; `tested`: also on the test rows. */
export function columnsFor(metric: MetricName, tested: boolean): Column[] {
  const { title, better } = metricFacts[metric];
  const short = metric === "accuracy" ? "acc." : title;
  const format = (value: number) => formatMetric(metric, value);
  const descendingFirst = better === "high";
  const test: Column = { figure: "testMetric", title: `Test ${short}`, format, descendingFirst, metric };
  return [
    { figure: "trainable", title: "Trainable", format: formatCount },
    ...(tested ? [test] : []),
    { figure: "bestMetric", title: `Best ${short}`, format, descendingFirst, metric },
    { figure: "lastMetric", title: `Last ${short}`, format, descendingFirst, metric },
    { figure: "validationLoss", title: "Val. loss", format: formatLoss },
    { figure: "stepsToLoss", title: "Steps to loss", format: formatCount },
    { figure: "seconds", title: "Time", format: formatDuration },
    { figure: "flops", title: "FLOPs", format: formatFlops },
    { figure: "bytes", title: "Memory", format: formatBytes },
  ];
}
