/** The first rows of the training file as they stand, with the role of each column. */

import type { DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { formatBytes, formatPlural } from "../numbers";
import "./PreviewTable.css";

export function PreviewTable({ summary }: { summary: DataSummary }) {
  const { roles, settings } = summary;
  const role = (column: string) =>
    roles
      .find(({ role: id, kind }) => {
        const chosen = [settings.columns[id] ?? []].flat();
        return chosen.includes(column) || (kind === "template" && chosen[0]?.includes(`{${column}}`));
      })
      ?.title.toLowerCase() ?? null;
  return (
    <figure className="preview">
      <figcaption className="group-label">
        {summary.train.file}{" "}
        <span className="muted">
          {formatPlural(summary.train.rows, "row")} · {formatBytes(summary.train.bytes)}
        </span>
        {summary.header && (
          <button
            type="button"
            className={summary.header.looksLikeData ? "button button-small" : "text-button"}
            onClick={() => void setData({ header: !summary.header!.isNames, columns: {}, group: null }, "columns")}
          >
            {summary.header.isNames ? "First row is data" : "First row holds the names"}
          </button>
        )}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label={`First rows of ${summary.train.file}`} tabIndex={0}>
        <table className="table preview-table">
          <thead>
            <tr>
              {summary.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                  {role(column) && role(column) !== column && <span className="role">{role(column)}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {summary.preview.slice(0, 5).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name than their place
              <tr key={index}>
                {summary.columns.map((column, place) => (
                  <td
                    key={column}
                    className={column === settings.columns[roles[0]!.role] ? "cell-text" : undefined}
                    title={row[place]}
                  >
                    {row[place]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
