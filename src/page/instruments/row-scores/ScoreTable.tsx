/** Rows with their scores, sorted by one of them. */

import { formatCount, formatLoss } from "../../numbers";
import { type ScoreColumn, type ScoredRows, sortedRows } from "./columns";

/** Rows that are listed; the file has all. */
const MOST = 100;

interface ScoreTableProps {
  found: ScoredRows;
  columns: readonly ScoreColumn[];
  /** By which it is sorted. */
  column: ScoreColumn;
  descending: boolean;
  chosen: number;
  onSort: (id: string) => void;
  onChoose: (place: number) => void;
}

export function ScoreTable({ found, columns, column, descending, chosen, onSort, onChoose }: ScoreTableProps) {
  const order = sortedRows(column, descending);
  const hasTruth = found.rows.some(({ truth }) => truth !== "");
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll row-scores-scroll" aria-label="Rows with their scores" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              {columns.map(({ id, name }) => {
                const direction = descending ? "descending" : "ascending";
                return (
                  <th key={id} scope="col" className="number" aria-sort={id === column.id ? direction : "none"}>
                    <button type="button" className="sort-button" onClick={() => onSort(id)}>
                      {name}
                    </button>
                  </th>
                );
              })}
              {hasTruth && <th scope="col">Answer</th>}
              <th scope="col">Text</th>
              <th scope="col" className="number">
                Row
              </th>
            </tr>
          </thead>
          <tbody>
            {order.slice(0, MOST).map((place) => {
              const { row, text, truth } = found.rows[place]!;
              return (
                <tr key={place} className={place === chosen ? "score-chosen" : undefined}>
                  {columns.map(({ id, values }) => (
                    <td key={id} className="number">
                      {Number.isNaN(values[place]) ? "–" : formatLoss(values[place])}
                    </td>
                  ))}
                  {hasTruth && <td>{truth}</td>}
                  <td className="alike-text">{text}</td>
                  <td className="number">
                    <button
                      type="button"
                      className="button-link"
                      aria-label={`Choose row ${row}`}
                      aria-pressed={place === chosen}
                      onClick={() => onChoose(place)}
                    >
                      {formatCount(row)}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {order.length > MOST && (
        <p className="field-help">
          The first {formatCount(MOST)} of {formatCount(order.length)} in this order; the file has all.
        </p>
      )}
    </>
  );
}
