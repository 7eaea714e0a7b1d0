/** True class down, predicted class across; the darker, the larger a row's share. */

import { appearance } from "../appearance";
import { formatCount, formatPercent } from "../numbers";
import "./ConfusionMatrix.css";

interface ConfusionMatrixProps {
  labels: readonly string[];
  confusion: readonly (readonly number[])[];
  slot: number;
}

export function ConfusionMatrix({ labels, confusion, slot }: ConfusionMatrixProps) {
  return (
    <figure className="confusion">
      <figcaption className="group-label">Confusion matrix</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label="Confusion matrix" tabIndex={0}>
        <table className="confusion-table">
          <thead>
            <tr>
              <th scope="col" className="confusion-corner">
                true ↓ predicted →
              </th>
              {labels.map((label) => (
                <th key={label} scope="col" title={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, row) => {
              const counts = confusion[row] ?? [];
              const sum = counts.reduce((total, count) => total + count, 0);
              return (
                <tr key={label}>
                  <th scope="row" title={label}>
                    {label}
                  </th>
                  {labels.map((predicted, column) => {
                    const count = counts[column] ?? 0;
                    const share = sum === 0 ? 0 : count / sum;
                    return (
                      <td
                        key={predicted}
                        className={row === column ? "confusion-right" : undefined}
                        title={`${formatPercent(share)} of ${label} read as ${predicted}`}
                        style={{
                          background: `color-mix(in srgb, ${appearance(slot).color} ${Math.round(share * 40)}%, transparent)`,
                        }}
                      >
                        {formatCount(count)}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
