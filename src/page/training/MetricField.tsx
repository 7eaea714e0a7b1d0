/** What the verdict goes by, chosen before training. */

import { metricFacts, taskMetrics } from "../../tasks/metrics/names";
import { changeTraining } from "../actions/drafts";
import { SelectField } from "../fields/SelectField";
import { nextMetric, useStudio } from "../store/store";

export function MetricField() {
  const metric = useStudio(nextMetric);
  const task = useStudio((state) => state.data.summary?.settings.task);
  if (!task || metric === null) return null;
  const choices = taskMetrics[task];
  return (
    <SelectField
      label="The verdict goes by"
      help="Fixed before training: whoever chooses it afterwards chooses the winner."
      value={metric}
      choices={choices.map((value) => ({ value, label: metricFacts[value].title }))}
      onChange={(value) => {
        const chosen = choices.find((choice) => choice === value);
        // The first is left out: it is what is meant without one.
        changeTraining({ metric: chosen === choices[0] ? undefined : chosen });
      }}
    />
  );
}
