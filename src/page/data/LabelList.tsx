/** The labels with their counts in the training, validation and test rows. */

import type { DataSummary } from "../../worker/api";
import { formatCount, formatPlural } from "../numbers";
import { rowsInWords } from "./rows-in-words";
import "./LabelList.css";

export function LabelList({ summary }: { summary: DataSummary }) {
  const { labels } = summary;
  const tags = summary.answer === "tags";
  const tested = summary.testRows > 0;
  const totalOf = (label: (typeof labels)[number]) => label.train + label.validation + label.test;
  const most = Math.max(1, ...labels.map(totalOf));
  const share = (count: number) => ({ width: `${(100 * count) / most}%` });
  return (
    <figure className="labels">
      <figcaption className="group-label">
        {formatPlural(labels.length, tags ? "tag" : "label")}{" "}
        <span className="muted">
          {rowsInWords(summary)}
          {tags && "; words are counted"}
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="label-scroll" aria-label="Labels" tabIndex={0}>
        <table className="table label-table">
          <thead>
            <tr>
              <th scope="col">{tags ? "Tag" : "Label"}</th>
              <td />
              <th scope="col" className="number">
                training
              </th>
              <th scope="col" className="number">
                validation
              </th>
              {tested && (
                <th scope="col" className="number">
                  test
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {labels.map((label) => (
              <tr key={label.name}>
                <th scope="row" title={label.name}>
                  {label.name}
                </th>
                <td className="label-bar-cell">
                  <span className="label-bar">
                    <span className="label-bar-train" style={share(label.train)} />
                    <span className="label-bar-validation" style={share(label.validation)} />
                    <span className="label-bar-test" style={share(label.test)} />
                  </span>
                </td>
                <td className="number">{formatCount(label.train)}</td>
                <td className="number muted">{formatCount(label.validation)}</td>
                {tested && <td className="number muted">{formatCount(label.test)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
