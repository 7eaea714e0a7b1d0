/** What every setting of a dial came to: the adapter's size, the loss, the task's first metric. */

import { type MetricName, metricFacts } from "../../tasks/metrics/names";
import type { SettingEvaluation } from "../../worker/api";
import { formatCount, formatLoss, formatMetric } from "../numbers";

interface SettingsTableProps {
  /** Of the dial. */
  title: string;
  /** The task's first. */
  metric: MetricName;
  /** The one that is chosen. */
  setting: number;
  rows: readonly SettingEvaluation[];
}

export function SettingsTable({ title, metric, setting, rows }: SettingsTableProps) {
  const share = metricFacts[metric].kind === "share";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="table-scroll" aria-label={`What every ${title.toLowerCase()} came to`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col" className="number">
              {title}
            </th>
            <th scope="col" className="number">
              Adapter's parameters
            </th>
            <th scope="col" className="number">
              Validation loss
            </th>
            <th scope="col" className="number">
              {metricFacts[metric].title}
            </th>
            {share && (
              <th scope="col">
                <span className="visually-hidden">{metricFacts[metric].title} as a bar</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.setting} aria-current={row.setting === setting ? "true" : undefined}>
              <th scope="row" className="number">
                {row.setting}
              </th>
              <td className="number">{formatCount(row.parameters)}</td>
              <td className="number">{formatLoss(row.loss)}</td>
              <td className="number">{formatMetric(metric, row[metric])}</td>
              {share && (
                <td>
                  <span className="dial-bar" style={{ width: `${100 * (row[metric] ?? 0)}%` }} aria-hidden="true" />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
