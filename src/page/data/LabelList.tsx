/** The labels with their counts in the training and validation rows. */

import type { DataSummary } from "../../worker/api";
import { formatCount, formatPlural } from "../numbers";
import "./LabelList.css";

export function LabelList({ summary }: { summary: DataSummary }) {
  const { labels } = summary;
  const tags = summary.answer === "tags";
  const most = Math.max(1, ...labels.map((label) => label.train + label.validation));
  return (
    <figure className="labels">
      <figcaption className="group-label">
        {formatPlural(labels.length, tags ? "tag" : "label")}{" "}
        <span className="muted">
          {formatCount(summary.trainRows)} training · {formatCount(summary.validationRows)} validation rows
          {tags && "; words are counted"}
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="label-scroll" aria-label="Labels" tabIndex={0}>
        <table className="table label-table">
          <thead className="visually-hidden">
            <tr>
              <th scope="col">Label</th>
              <th scope="col">Share</th>
              <th scope="col">Training {tags ? "words" : "rows"}</th>
              <th scope="col">Validation {tags ? "words" : "rows"}</th>
            </tr>
          </thead>
          <tbody>
            {labels.map((label) => (
              <tr key={label.name}>
                <th scope="row" title={label.name}>
                  {label.name}
                </th>
                <td className="label-bar-cell">
                  <span className="label-bar" style={{ width: `${(100 * (label.train + label.validation)) / most}%` }}>
                    <span
                      className="label-bar-train"
                      style={{ width: `${(100 * label.train) / Math.max(1, label.train + label.validation)}%` }}
                    />
                  </span>
                </td>
                <td className="number">{formatCount(label.train)}</td>
                <td className="number muted">+ {formatCount(label.validation)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
