/** A run's metrics on the validation rows, the first one with how far it might lie from there. */

import { metricFacts, taskMetrics } from "../../tasks/metrics/names";
import type { RunReport } from "../../worker/api";
import { formatMetric } from "../numbers";
import "./MetricFigures.css";

export function MetricFigures({ report }: { report: RunReport }) {
  const { metrics, metricsNote, interval, task } = report;
  return (
    <section className="metric-figures" aria-label="Metrics">
      <dl className="metric-list">
        {taskMetrics[task].map((name) => (
          <div key={name} className="metric">
            <dt className="muted">{metricFacts[name].title}</dt>
            <dd>
              {formatMetric(name, metrics[name])}
              {name === interval.metric && Number.isFinite(interval.low) && (
                <span className="metric-interval muted">
                  {formatMetric(name, interval.low)} to {formatMetric(name, interval.high)}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p className="field-help">
        The range holds 95 % of 1,000 bootstrap samples of the validation rows. {metricsNote}
      </p>
    </section>
  );
}
