/** A task's metrics as text. */

import type { TaskId } from "../../data/types";
import { type MetricName, type Metrics, metricFacts, taskMetrics } from "./names";

/** `91.2 %` for shares, three digits after the point for the rest. */
export function formatMetric(name: MetricName, value: number): string {
  return metricFacts[name].kind === "share" ? `${(100 * value).toFixed(1)} %` : value.toFixed(3);
}

/** Those of the task that were measured, best first. */
export function shownMetrics(metrics: Metrics, task: TaskId): { title: string; value: string }[] {
  return taskMetrics[task].flatMap((name) => {
    const value = metrics[name];
    return value === undefined ? [] : { title: metricFacts[name].title, value: formatMetric(name, value) };
  });
}
