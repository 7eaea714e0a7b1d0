/** Precision, recall and F1 of each class, label or type of entity. */

import type { RunReport } from "../../worker/api";
import { formatCount, formatPercent } from "../numbers";

export function PerClassTable({ title, counted, rows }: NonNullable<RunReport["perClass"]>) {
  return (
    <figure className="per-class">
      <figcaption className="group-label">Per {title.toLowerCase()}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label={`Figures per ${title.toLowerCase()}`} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{title}</th>
              <th scope="col" className="number">
                Precision
              </th>
              <th scope="col" className="number">
                Recall
              </th>
              <th scope="col" className="number">
                F1
              </th>
              <th scope="col" className="number">
                {counted}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((entry) => (
              <tr key={entry.label}>
                <th scope="row">{entry.label}</th>
                <td className="number">{formatPercent(entry.precision)}</td>
                <td className="number">{formatPercent(entry.recall)}</td>
                <td className="number">{formatPercent(entry.f1)}</td>
                <td className="number">{formatCount(entry.support)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
