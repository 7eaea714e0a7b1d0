/** How far every two runs say the same, whatever is true: the darker, the more. */

import type { Agreement } from "../../worker/api";
import { formatPercent } from "../numbers";
import "./ConfusionMatrix.css";

const LEGENDS = {
  rows: "The share of rows with the same answer, and Cohen's kappa below it: 1 where all are equal, 0 where no more are than by chance.",
  words:
    "The share of words with the same tag, and Cohen's kappa below it: 1 where all are equal, 0 where no more are than by chance.",
  numbers: "Pearson's correlation of the numbers that two runs say.",
};

export function AgreementMatrix({ agreement: { of, runs, share, kappa, correlation } }: { agreement: Agreement }) {
  const figure = (value: number | null | undefined) => value?.toFixed(2).replace("-", "−") ?? "–";
  return (
    <figure className="scores-agreement">
      <figcaption className="group-label">Agreement of the runs</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label="Agreement of the runs" tabIndex={0}>
        <table className="confusion-table">
          <thead>
            <tr>
              <th scope="col" className="confusion-corner">
                <span className="visually-hidden">Run</span>
              </th>
              {runs.map((run) => (
                <th key={run} scope="col" title={run}>
                  {run}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run, row) => (
              <tr key={run}>
                <th scope="row" title={run}>
                  {run}
                </th>
                {runs.map((other, column) => {
                  if (row === column) return <td key={other} className="muted" aria-label="itself" />;
                  const value = (share ?? correlation)?.[row]?.[column] ?? null;
                  const depth = Math.round(40 * Math.max(0, value ?? 0));
                  return (
                    <td key={other} style={{ background: `color-mix(in srgb, var(--accent) ${depth}%, transparent)` }}>
                      {share ? formatPercent(value, 0) : figure(value)}
                      {kappa && <span className="under">{figure(kappa[row]![column])}</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="field-help">{LEGENDS[of ?? "numbers"]}</p>
    </figure>
  );
}
