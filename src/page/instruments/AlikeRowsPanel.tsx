/** The training rows that a run finds most alike to a text. */

import { formatCount } from "../numbers";
import { MeasureWhenOpened } from "./MeasureWhenOpened";
import type { AnswerPanelProps } from "./panel";
import "./AlikeRowsPanel.css";

export function AlikeRowsPanel(props: AnswerPanelProps) {
  return (
    <MeasureWhenOpened
      {...props}
      id="alike-rows"
      input={{ asked: props.asked }}
      waiting="Reading every training row once with this run…"
      long
    >
      {({ rows, of }) => (
        <>
          <p className="field-help">
            The {formatCount(rows.length)} of {formatCount(of)} training rows whose state is nearest, where the run's
            head reads it: 1 is the same direction.
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section className="table-scroll alike-scroll" aria-label="Most alike" tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    Cosine
                  </th>
                  <th scope="col">Answer</th>
                  <th scope="col">Training row</th>
                  <th scope="col" className="number">
                    Row
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ row, text, truth, similarity }) => (
                  <tr key={row}>
                    <td className="number">{similarity.toFixed(3)}</td>
                    <td>{truth}</td>
                    <td className="alike-text">{text}</td>
                    <td className="number muted">{formatCount(row)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </MeasureWhenOpened>
  );
}
