/** Shares of attention as a table of shaded cells: who looks by row, at what by column. */

import { readable } from "./reading";
import "./ShareTable.css";

interface ShareTableProps {
  /** What it is, for who cannot see it. */
  name: string;
  /** What the rows are. */
  corner: string;
  columns: readonly string[];
  rows: readonly { readonly name: string; readonly shares: readonly number[] }[];
}

export function ShareTable({ name, corner, columns, rows }: ShareTableProps) {
  const largest = Math.max(...rows.flatMap(({ shares }) => shares));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="table-scroll share-scroll" aria-label={name} tabIndex={0}>
      <table className="table share-table">
        <thead>
          <tr>
            <th scope="col">{corner}</th>
            {columns.map((column, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a virtual token has no other name than its place
              <th key={place} scope="col" className="number">
                {readable(column)}
              </th>
            ))}
            <th scope="col" className="number">
              all
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name: row, shares }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a token of a text has no other name than its place
            <tr key={place}>
              <th scope="row">{readable(row)}</th>
              {shares.map((share, column) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: a virtual token has no other name than its place
                  key={column}
                  className="number"
                  style={{ "--share": `${largest > 0 ? (55 * share) / largest : 0}%` } as object}
                >
                  {percent(share)}
                </td>
              ))}
              <td className="number">{percent(shares.reduce((sum, share) => sum + share, 0))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Whole per cents, and what is less than one as such. */
const percent = (share: number) => (share > 0 && share < 0.005 ? "<1" : (100 * share).toFixed(0));
