/**
 * The first rows of the training file as they stand. What each column is, is chosen in its header;
 * a row can be unfolded, edited, relabelled and left out, and one more added.
 */

import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import type { ColumnRole, DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { formatBytes, formatCount, formatPlural, formatSetting } from "../numbers";
import { changeInWords } from "./change-in-words";
import { offeredRoles, roleOf, withRole } from "./column-roles";
import { changeOf, RowChoices } from "./RowChoices";
import { RowEditor } from "./RowEditor";
import "./PreviewTable.css";

/** Rows at first. */
const FEW = 5;

export function PreviewTable({ summary }: { summary: DataSummary }) {
  const { settings, columns, preview, weights } = summary;
  const width = columns.length + (weights ? 2 : 1);
  const [all, setAll] = useState(false);
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  /** Which row is edited; 0: one that is added. */
  const [edited, setEdited] = useState<number | null>(null);
  const toggle = (row: number) => {
    const next = new Set(unfolded);
    if (!next.delete(row)) next.add(row);
    setUnfolded(next);
  };
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
              <td className="preview-number" />
              {weights && (
                <th scope="col" className="preview-weight">
                  counts
                </th>
              )}
              {columns.map((column) => (
                <th key={column} scope="col">
                  <ColumnHeader column={column} summary={summary} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.slice(0, all ? undefined : FEW).map((cells, index) => {
              const row = summary.previewNumbers[index]!;
              const isOpen = unfolded.has(row);
              const change = changeOf(summary, "train", row);
              return (
                <Fragment key={row}>
                  <tr className={change?.leaveOut ? "preview-left-out" : undefined}>
                    <td className="preview-number number">
                      <button
                        type="button"
                        className="preview-toggle"
                        aria-expanded={isOpen}
                        aria-label={`Row ${formatCount(row)}`}
                        title="Show the whole row"
                        onClick={() => toggle(row)}
                      >
                        <ChevronRight size={12} aria-hidden="true" />
                        {formatCount(row)}
                      </button>
                    </td>
                    {weights && <td className="number preview-weight">{weightInCell(weights.preview[index])}</td>}
                    {columns.map((column, place) => (
                      <td key={column} className={cellClass(roleOf(column, summary.roles, settings.columns))}>
                        {cells[place]}
                      </td>
                    ))}
                  </tr>
                  {isOpen && (
                    <tr>
                      <td colSpan={width} className="preview-whole">
                        <div>
                          <dl>
                            {columns.map((column, place) => (
                              <Fragment key={column}>
                                <dt className="muted">{column}</dt>
                                <dd>{cells[place]}</dd>
                              </Fragment>
                            ))}
                          </dl>
                          {summary.problem === null && (
                            <RowChoices summary={summary} file="train" row={row} given={givenIn(summary, cells)} />
                          )}
                          {!change && edited !== row && (
                            <button
                              type="button"
                              className="button button-small preview-edit"
                              aria-label={`Edit row ${formatCount(row)}`}
                              onClick={() => setEdited(row)}
                            >
                              Edit
                            </button>
                          )}
                          {!change && edited === row && (
                            <RowEditor
                              key={row}
                              summary={summary}
                              place={{ file: "train", row }}
                              onClose={() => setEdited(null)}
                            />
                          )}
                        </div>
                      </td>
                    </tr>
                  )}
                  {!isOpen && change && (
                    <tr>
                      <td className="preview-number" />
                      <td colSpan={width - 1} className="preview-changed muted">
                        {changeInWords(change, settings.labelNames)}
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </section>
      {preview.length > FEW && (
        <button type="button" className="text-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show ${FEW}` : `Show ${preview.length}`}
        </button>
      )}{" "}
      {edited === 0 ? (
        <RowEditor summary={summary} place={null} onClose={() => setEdited(null)} />
      ) : (
        <button type="button" className="text-button" onClick={() => setEdited(0)}>
          Add a row
        </button>
      )}
    </figure>
  );
}

const cellClass = (role: ColumnRole | null) =>
  role === "text" || role === "tokens" || role === "prompt" ? "cell-text" : undefined;

/** What a row counts for; of rows that are held out nothing is said. */
const weightInCell = (weight: number | null | undefined) =>
  weight == null ? "–" : `×${formatSetting(Number(weight.toPrecision(3)))}`;

/** The label that stands in a row, as it is called. */
function givenIn({ columns, settings }: DataSummary, cells: readonly string[]): string {
  const { label } = settings.columns;
  const own = label === undefined ? "" : (cells[columns.indexOf(label)] ?? "").trim();
  const { labelNames = {} } = settings;
  return Object.hasOwn(labelNames, own) ? labelNames[own]! : own;
}

/** A column's name, and what it is. */
function ColumnHeader({ column, summary }: { column: string; summary: DataSummary }) {
  const { roles, settings } = summary;
  const chosen = roleOf(column, roles, settings.columns);
  return (
    <>
      <span className="preview-column" title={column}>
        {column}
      </span>
      <select
        className={chosen === null ? "input preview-role" : "input preview-role preview-role-used"}
        aria-label={`What "${column}" is`}
        value={chosen ?? ""}
        onChange={(event) => {
          const role = (event.target.value || null) as ColumnRole | null;
          void setData({ columns: withRole(settings.columns, roles, column, role) }, "columns");
        }}
      >
        <option value="">not used</option>
        {offeredRoles(roles, settings.columns).map(({ role, title }) => (
          <option key={role} value={role}>
            {title.toLowerCase()}
          </option>
        ))}
      </select>
    </>
  );
}
