/** The metric that charts show: as chosen, else that which the shown comparison is judged by. */

import { decidingMetric, type MetricName, taskMetrics } from "../../tasks/metrics/names";
import { shownTask, useStudio } from "../store/store";

export function useMetric(): MetricName {
  return useStudio((state) => {
    const names = taskMetrics[shownTask(state)];
    const { current, past } = state.comparison;
    const newest = current ?? past[0];
    const { metric } = state.ui;
    if (metric !== null && names.includes(metric)) return metric;
    return newest ? decidingMetric(newest.configuration) : names[0];
  });
}
