/**
 * The runs on parts of the rows that decide, by the values of a column: whether one that is good on
 * all rows is so on every kind of them.
 */

import { useState } from "react";
import { isEnded } from "../../plan/phase";
import { taskMetrics } from "../../tasks/metrics/names";
import type { Slice, Slices } from "../../worker/api";
import { useAnswer } from "../asking";
import { SelectField } from "../fields/SelectField";
import { Message } from "../layout/Message";
import { formatCount, formatMetric, formatPlural, metricWord } from "../numbers";
import { isOfWhatIsOpen } from "../store/comparable";
import type { Comparison } from "../store/state";
import { useStudio } from "../store/store";
import { formatInterval } from "../verdict/verdict-words";
import "./SlicesPanel.css";

export function SlicesPanel() {
  const current = useStudio((state) => state.comparison.current);
  const ended = current !== null && isEnded(current.state) && current.verdict !== undefined && !current.detached;
  return ended ? <Ended key={`${current.id} ${current.state}`} comparison={current} /> : null;
}

function Ended({ comparison }: { comparison: Comparison }) {
  const { data } = comparison.configuration;
  const isOpen = useStudio((state) => isOfWhatIsOpen(comparison, state));
  const [column, setColumn] = useState(data.group ?? "");
  const [metric, setMetric] = useState(comparison.verdict!.metric);
  const { answer: columns, error: refused } = useAnswer<string[]>((studio) => studio.sliceColumns(), []);
  const { answer, error } = useAnswer<Slices>(column === "" ? null : (studio) => studio.slices(column, metric), [
    column,
    metric,
  ]);
  if (refused !== null) return <Message kind="error">{refused}</Message>;
  // A file of texts and answers alone has nothing to slice by.
  if (!columns || columns.length === 0) return null;
  const shown = answer?.column === column && answer.metric === metric ? answer : null;
  return (
    <section className="panel slices" aria-labelledby="slices-title">
      <h2 className="panel-title" id="slices-title">
        Part by part
      </h2>
      <p className="field-help">
        A run may be good on most rows and poor on one kind of them. Choose a column that says which kind a row is.
        {!isOpen && " The rows are those of this comparison, not of what is open now."}
      </p>
      <div className="field-grid slices-choices">
        <SelectField
          label="Column"
          value={column}
          choices={[{ value: "", label: "none" }, ...columns.map((name) => ({ value: name, label: name }))]}
          onChange={setColumn}
        />
        <SelectField
          label="Measured by"
          value={metric}
          choices={taskMetrics[data.task].map((name) => ({ value: name, label: metricWord(name) }))}
          onChange={(chosen) => setMetric(taskMetrics[data.task].find((name) => name === chosen) ?? metric)}
        />
      </div>
      {error !== null && <Message kind="error">{error}</Message>}
      {column !== "" && !shown && error === null && <p className="waiting">Measuring each part…</p>}
      {shown && <SlicesTable slices={shown} />}
    </section>
  );
}

function SlicesTable({ slices }: { slices: Slices }) {
  const { column, metric, part, runs, whole, leftOut } = slices;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label={`${metricWord(metric)} by ${column}`} tabIndex={0}>
        <table className="table slices-table">
          <thead>
            <tr>
              <th scope="col">{column}</th>
              <th scope="col" className="number">
                Rows
              </th>
              {runs.map((run) => (
                <th key={run} scope="col" className="number">
                  {run}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {slices.slices.map((slice) => (
              <Row key={slice.name} slice={slice} slices={slices} />
            ))}
          </tbody>
          <tfoot>
            <Row slice={whole} slices={slices} />
          </tfoot>
        </table>
      </section>
      <p className="field-help">
        On {formatPlural(whole.rows, `${part} row`)}, those of the verdict. Below each figure its 95 % interval: of few
        rows it is wide, and of many parts some look better or worse by luck alone.
      </p>
      <WorstParts slices={slices} />
      {leftOut.map(({ run, why }) => (
        <Message key={run} kind="info">
          {run} is not shown: {why}.
        </Message>
      ))}
    </>
  );
}

/** Where each run is poorest; runs that are so on the same part share a sentence. */
function WorstParts({ slices: { slices, runs, worst, metric } }: { slices: Slices }) {
  const found = worst.flatMap((place, run) => {
    const slice = place === null ? undefined : slices[place];
    return slice ? [{ run: runs[run]!, slice, figure: slice.runs[run]! }] : [];
  });
  if (found.length === 0) return null;
  return (
    <p className="field-help">
      Worst part:{" "}
      {found
        .map(
          ({ run, slice: { name, rows }, figure }) =>
            `${run} on ${name} (${formatMetric(metric, figure.value)} of ${formatPlural(rows, "row")})`,
        )
        .join("; ")}
      .
    </p>
  );
}

function Row({ slice: { name, rows, runs }, slices }: { slice: Slice; slices: Slices }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{formatCount(rows)}</td>
      {runs.map((figure, index) => (
        <td key={slices.runs[index]} className="number">
          {formatMetric(slices.metric, figure?.value)}
          {figure && <span className="muted under">{formatInterval(slices.metric, figure)}</span>}
        </td>
      ))}
    </tr>
  );
}
