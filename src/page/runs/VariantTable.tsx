/**
 * Several seeds, folds or learning rates: mean and standard deviation of each, and every run's best
 * rate.
 */

import { splitsOf } from "../../data/splits";
import type { Spread } from "../../plan/variants";
import { decidingMetric } from "../../tasks/metrics/names";
import { RunSwatch } from "../charts/RunSwatch";
import { formatLoss, formatMetric, formatSetting, metricWord } from "../numbers";
import { useSlowComparison } from "../store/use-slow-comparison";
import { variantRows } from "./variant-rows";
import "./RunTable.css";

export function VariantTable() {
  const { current } = useSlowComparison();
  if (!current) return null;
  const metric = decidingMetric(current.configuration);
  const rows = variantRows(current.runs, metric);
  if (rows.length === 0) return null;
  const format = (value: number) => formatMetric(metric, value);
  const sweep = rows.some(({ bestRate }) => bestRate);
  const tested = rows.some(({ testMetric }) => testMetric);
  const { training, data } = current.configuration;
  const splits = splitsOf(data.test ?? null);
  const over = [...(training.seeds > 1 || !splits ? ["seeds"] : []), ...(splits ? [`${splits.noun}s`] : [])];
  return (
    <section className="panel" aria-labelledby="variants-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="variants-title">
          {capital(listed([...over, ...(sweep ? ["learning rates"] : [])]))}
        </h2>
        <p className="field-help">
          Mean ± standard deviation over the {over.join(" and ")} of each run.
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
                {over.length > 1 ? "Runs" : capital(over[0]!)}
              </th>
              {tested && (
                <th scope="col" className="number">
                  Test {metricWord(metric)}
                </th>
              )}
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
                {tested && <td className="number">{formatSpread(row.testMetric, format)}</td>}
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

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const listed = (words: readonly string[]) =>
  words.length < 3 ? words.join(" and ") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

function formatSpread(spread: Spread | null, format: (value: number) => string): string {
  if (!spread) return "–";
  return spread.count === 1 ? format(spread.mean) : `${format(spread.mean)} ± ${format(spread.deviation)}`;
}
