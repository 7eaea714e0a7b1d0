/** The points of a sweep as a table, the best first. */

import type { Spread } from "../../plan/variants";
import type { MetricName } from "../../tasks/metrics/names";
import { formatLoss, formatMetric, metricWord } from "../numbers";
import { type SweepResult, shareOf } from "./sweep-results";
import type { Titles } from "./titles";

/** What every view of a sweep is given. */
export interface SweepProps {
  result: SweepResult;
  metric: MetricName;
  titles: Titles;
}

export function SweepTable({ result: { points, best }, metric, titles }: SweepProps) {
  const rank = (value: Spread | null) => (value ? shareOf(value.mean, points, metric) : -1);
  const rows = points.toSorted(
    (one, other) => Number(other === best) - Number(one === best) || rank(other.value) - rank(one.value),
  );
  const tested = points.some(({ test }) => test);
  return (
    <table className="table">
      <thead>
        <tr>
          {titles.map(({ title }) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          <th scope="col" className="number">
            Validation {metricWord(metric)}
          </th>
          <th scope="col" className="number">
            Validation loss
          </th>
          {tested && (
            <th scope="col" className="number">
              Test {metricWord(metric)}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, places, value, loss, test, failed }) => (
          <tr key={name}>
            {places.map((place, axis) => (
              <td key={titles[axis]!.title}>{titles[axis]!.values[place]}</td>
            ))}
            <td className="number">
              {value ? formatMetric(metric, value.mean) : "–"}
              {failed > 0 && <span className="muted under">{failed} failed</span>}
            </td>
            <td className="number">{loss ? formatLoss(loss.mean) : "–"}</td>
            {tested && <td className="number">{test ? formatMetric(metric, test.mean) : "–"}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
