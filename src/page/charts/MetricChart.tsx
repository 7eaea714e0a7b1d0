/**
 * A metric of the task on the validation rows over training: the first one, or another that is
 * chosen.
 */

import { useState } from "react";
import { type MetricName, metricFacts, taskMetrics } from "../../tasks/metrics/names";
import { metricWord } from "../numbers";
import { shownTask, useStudio } from "../store/store";
import { CurveChart } from "./CurveChart";
import "./MetricChart.css";

export function MetricChart() {
  const task = useStudio(shownTask);
  const [chosen, setChosen] = useState<MetricName | null>(null);
  const names = taskMetrics[task];
  const metric = chosen && names.includes(chosen) ? chosen : names[0];
  const tools = (
    <select
      className="input chart-choice"
      aria-label="Validation metric"
      value={metric}
      onChange={(event) => setChosen(event.target.value as MetricName)}
    >
      {names.map((name) => (
        <option key={name} value={name}>
          {metricFacts[name].title}
        </option>
      ))}
    </select>
  );
  return <CurveChart title={`Validation ${metricWord(metric)}`} quantity={metric} wide tools={tools} />;
}
