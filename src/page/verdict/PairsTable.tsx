/**
 * Every two runs of a verdict, or of two comparisons, folded: how far apart they are, and whether
 * that may be luck.
 */

import type { Verdict } from "../../worker/api";
import { formatPlural } from "../numbers";
import { formatChance, formatDifference, formatRange } from "./verdict-words";

interface PairsTableProps {
  verdict: Pick<Verdict, "metric" | "pairs">;
  /** What the two columns of runs are headed. */
  of?: string;
  against?: string;
}

export function PairsTable({ verdict: { metric, pairs }, of = "Run", against = "against" }: PairsTableProps) {
  if (pairs.length === 0) return null;
  const beyond = pairs.filter(({ beyondLuck }) => beyondLuck).length;
  return (
    <details className="verdict-pairs">
      <summary>
        {formatPlural(pairs.length, "pair")} of runs, {beyond === 0 ? "none" : beyond} apart beyond luck
      </summary>
      <p className="field-help">
        Both runs of a pair answered the same rows. p: how often luck alone makes a difference as large. Adjusted, by
        Holm's method: for as many pairs as there are. Below 0.05 it is called beyond luck.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label="Pairs of runs" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{of}</th>
              <th scope="col">{against}</th>
              <th scope="col" className="number">
                Difference
              </th>
              <th scope="col" className="number">
                95 % interval
              </th>
              <th scope="col" className="number">
                p
              </th>
              <th scope="col" className="number">
                adjusted p
              </th>
              <th scope="col">Test</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ first, second, difference, p, adjustedP, beyondLuck, test }) => (
              <tr key={JSON.stringify([first, second])} className={beyondLuck ? "verdict-beyond" : undefined}>
                <th scope="row">{first}</th>
                <td>{second}</td>
                <td className="number">{formatDifference(metric, difference.value)}</td>
                <td className="number">{formatRange(metric, difference)}</td>
                <td className="number">{formatChance(p)}</td>
                <td className="number">{formatChance(adjustedP)}</td>
                <td>{test}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
