/** The validation rows a run was most wrong about. */

import type { RunReport } from "../../worker/api";
import { formatCount, formatLoss, formatPercent } from "../format";

export function WrongestRows({ report }: { report: RunReport }) {
  if (report.wrongest.length === 0) return null;
  return (
    <figure className="wrongest">
      <figcaption className="group-label">
        Most wrong on validation <span className="muted">largest loss first</span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll wrongest-scroll" aria-label="Most wrong rows" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              <th scope="col">Text</th>
              <th scope="col">Label</th>
              <th scope="col">Predicted</th>
              <th scope="col" className="number">
                Loss
              </th>
            </tr>
          </thead>
          <tbody>
            {report.wrongest.map((row) => (
              <tr key={row.row}>
                <td className="number muted">{formatCount(row.row)}</td>
                <td className="wrongest-text">{row.text}</td>
                <td>{row.label}</td>
                <td>
                  {row.predicted} <span className="muted">{formatPercent(row.probability)}</span>
                </td>
                <td className="number">{formatLoss(row.loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
