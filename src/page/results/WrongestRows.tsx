/**
 * The validation rows a run was most wrong, or least sure, about, and a look into its answer to one
 * of them.
 */

import { useState } from "react";
import type { ReportRow, RunReport } from "../../worker/api";
import { RowChoices } from "../data/RowChoices";
import { TaggedWords } from "../data/TaggedWords";
import { AnswerInstruments } from "../instruments/Instruments";
import { formatCount, formatLoss, formatPercent } from "../numbers";
import { readsOpenFiles } from "../store/comparable";
import { isBusy, useStudio } from "../store/store";
import "./WrongestRows.css";

export function WrongestRows({ report }: { report: RunReport }) {
  const [looked, setLooked] = useState<number | null>(null);
  if (report.wrongest.length === 0) return null;
  return (
    <figure className="wrongest">
      <figcaption className="group-label">
        Validation rows with the largest loss{" "}
        {report.answer === "label" && <span className="muted">the percentage is what the run gave the true label</span>}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll wrongest-scroll" aria-label="Rows with the largest loss" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              {report.answer !== "tags" && <th scope="col">Text</th>}
              <th scope="col">{report.truth}</th>
              <th scope="col">Predicted</th>
              <th scope="col" className="number">
                Loss
              </th>
            </tr>
          </thead>
          <tbody>
            {report.wrongest.map((row) => (
              <tr key={row.row}>
                <td className="number">
                  <button
                    type="button"
                    className="row-button"
                    aria-label={`Look into row ${row.row}`}
                    aria-pressed={row.row === looked}
                    title="Look into this answer"
                    onClick={() => setLooked(row.row === looked ? null : row.row)}
                  >
                    {formatCount(row.row)}
                  </button>
                </td>
                {report.answer === "tags" ? (
                  <TaggedCells row={row} />
                ) : (
                  <>
                    <td className="wrongest-text">{row.text}</td>
                    <td>
                      {row.label}
                      {row.probability !== null && <span className="muted"> {formatPercent(row.probability)}</span>}
                    </td>
                    <td className={row.predicted === row.label ? "muted" : undefined}>{row.predicted}</td>
                  </>
                )}
                <td className="number">{formatLoss(row.loss)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {looked === null ? (
        <p className="field-help">Press a row's number to see what decided its answer.</p>
      ) : (
        <section aria-label={`Row ${looked}`}>
          <h4 className="row-looked">
            Row {formatCount(looked)}: {report.wrongest.find(({ row }) => row === looked)?.text}
          </h4>
          <LookedChoices report={report} row={looked} />
          <AnswerInstruments run={report.run} asked={{ row: looked }} />
        </section>
      )}
    </figure>
  );
}

/** What is to become of the row in its file, where that is open. */
function LookedChoices({ report, row }: { report: RunReport; row: number }) {
  const summary = useStudio((state) => state.data.summary);
  const isOpen = useStudio((state) => {
    const { current } = state.comparison;
    const ofIt = current?.runs.some(({ name }) => name === report.run) ?? false;
    return ofIt && current !== null && readsOpenFiles(current, state);
  });
  const busy = useStudio(isBusy);
  if (!summary || !isOpen || busy) return null;
  const given = report.answer === "label" ? (report.wrongest.find((one) => one.row === row)?.label ?? "") : "";
  return (
    <p className="row-looked-choices">
      <span className="muted">Is the file wrong? For the next comparison:</span>{" "}
      <RowChoices summary={summary} file={summary.validation ? "validation" : "train"} row={row} given={given} />
    </p>
  );
}

function TaggedCells({ row }: { row: ReportRow }) {
  const tags = (text: string) => text.split(" ");
  // What was cut has no tags.
  const words = row.text.split(" ").slice(0, tags(row.label).length);
  return [row.label, row.predicted].map((said, index) => (
    <td key={index === 0 ? "true" : "predicted"} className="wrongest-text">
      <TaggedWords words={words} tags={tags(said)} />
    </td>
  ));
}
