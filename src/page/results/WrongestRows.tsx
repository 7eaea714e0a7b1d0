/** The validation rows a run was most wrong, or least sure, about. */

import type { RunReport } from "../../worker/api";
import { formatCount, formatLoss, formatPercent } from "../format";

export function WrongestRows({ report }: { report: RunReport }) {
  if (report.wrongest.length === 0) return null;
  return (
    <figure className="wrongest">
      <figcaption className="group-label">
        Validation rows with the largest loss{" "}
        {report.task === "sequence-classification" && (
          <span className="muted">the percentage is what the run gave the true label</span>
        )}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll wrongest-scroll" aria-label="Rows with the largest loss" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              <th scope="col">Text</th>
              <th scope="col">True label</th>
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
                <td>
                  {row.label}
                  {row.probability !== null && <span className="muted"> {formatPercent(row.probability)}</span>}
                </td>
                <td className={row.predicted === row.label ? "muted" : undefined}>{row.predicted}</td>
                <td className="number">{formatLoss(row.loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
