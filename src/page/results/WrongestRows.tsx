/** The validation rows a run was most wrong, or least sure, about. */

import type { ReportRow, RunReport } from "../../worker/api";
import { TaggedWords } from "../data/TaggedWords";
import { formatCount, formatLoss, formatPercent } from "../numbers";
import "./WrongestRows.css";

export function WrongestRows({ report }: { report: RunReport }) {
  if (report.wrongest.length === 0) return null;
  return (
    <figure className="wrongest">
      <figcaption className="group-label">
        Validation rows with the largest loss{" "}
        {report.answer === "label" && <span className="muted">the percentage is what the run gave the true label</span>}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll wrongest-scroll" aria-label="Rows with the largest loss" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              {report.answer !== "tags" && <th scope="col">Text</th>}
              <th scope="col">{report.truth}</th>
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
                {report.answer === "tags" ? (
                  <TaggedCells row={row} />
                ) : (
                  <>
                    <td className="wrongest-text">{row.text}</td>
                    <td>
                      {row.label}
                      {row.probability !== null && <span className="muted"> {formatPercent(row.probability)}</span>}
                    </td>
                    <td className={row.predicted === row.label ? "muted" : undefined}>{row.predicted}</td>
                  </>
                )}
                <td className="number">{formatLoss(row.loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}

function TaggedCells({ row }: { row: ReportRow }) {
  const tags = (text: string) => text.split(" ");
  // What was cut has no tags.
  const words = row.text.split(" ").slice(0, tags(row.label).length);
  return [row.label, row.predicted].map((said, index) => (
    <td key={index === 0 ? "true" : "predicted"} className="wrongest-text">
      <TaggedWords words={words} tags={tags(said)} />
    </td>
  ));
}
