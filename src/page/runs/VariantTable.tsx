/**
 * Several seeds or learning rates: mean and standard deviation of each, and every run's best rate.
 */

import type { Spread } from "../../plan/variants";
import { taskMetrics } from "../../tasks/metrics/names";
import { RunSwatch } from "../charts/RunSwatch";
import { formatLoss, formatMetric, formatSetting, metricWord } from "../numbers";
import { useSlowComparison } from "../store/use-slow-comparison";
import { variantRows } from "./variant-rows";
import "./RunTable.css";

export function VariantTable() {
  const { current } = useSlowComparison();
  if (!current) return null;
  const [metric] = taskMetrics[current.configuration.data.task];
  const rows = variantRows(current.runs, metric);
  if (rows.length === 0) return null;
  const format = (value: number) => formatMetric(metric, value);
  const sweep = rows.some(({ bestRate }) => bestRate);
  return (
    <section className="panel" aria-labelledby="variants-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="variants-title">
          {sweep ? "Seeds and learning rates" : "Seeds"}
        </h2>
        <p className="field-help">
          Mean ± standard deviation over the seeds of each run.
          {sweep && " A run's best learning rate has its lowest mean validation loss."}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label="Seeds table" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col" className="number">
                Learning rate
              </th>
              <th scope="col" className="number">
                Seeds
              </th>
              <th scope="col" className="number">
                Best {metricWord(metric)}
              </th>
              <th scope="col" className="number">
                Last {metricWord(metric)}
              </th>
              <th scope="col" className="number">
                Validation loss
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.group}>
                <th scope="row">
                  <span className="run-name">
                    <RunSwatch slot={row.slot} />
                    <span>
                      {row.run}
                      {row.bestRate && <span className="muted under">best learning rate</span>}
                    </span>
                  </span>
                </th>
                <td className={row.bestRate ? "number best" : "number"}>
                  {row.learningRate === null ? "–" : formatSetting(row.learningRate)}
                </td>
                <td className="number">
                  {row.seeds}
                  {row.failed > 0 && <span className="muted under">{row.failed} failed</span>}
                </td>
                <td className="number">{formatSpread(row.bestMetric, format)}</td>
                <td className="number">{formatSpread(row.lastMetric, format)}</td>
                <td className={row.bestRate ? "number best" : "number"}>
                  {formatSpread(row.validationLoss, formatLoss)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function formatSpread(spread: Spread | null, format: (value: number) => string): string {
  if (!spread) return "–";
  return spread.count === 1 ? format(spread.mean) : `${format(spread.mean)} ± ${format(spread.deviation)}`;
}
