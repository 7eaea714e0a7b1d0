/**
 * Two comparisons on the same rows: how their settings differ, what their runs came to, and whether
 * a difference between runs of the two may be luck.
 */

import { ArrowLeft, ChartLine } from "lucide-react";
import { decidingMetric, metricFacts } from "../../tasks/metrics/names";
import type { ComparedKept } from "../../worker/api";
import { openBoth, readComparison } from "../actions/notebook";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import { formatMetric } from "../numbers";
import { type Column, columnsFor, DIFFERS } from "../runs/figure-columns";
import { tableRows } from "../runs/table-rows";
import { areComparable } from "../store/comparable";
import { nameOf } from "../store/notebook";
import type { Comparison, NotebookEntry } from "../store/state";
import { useStudio } from "../store/store";
import { PairsTable } from "../verdict/PairsTable";
import { luckInWords } from "./luck-in-words";
import { type SettingDifference, settingsDiff } from "./settings-diff";

interface ComparedTwoProps {
  first: NotebookEntry;
  second: NotebookEntry;
  onBack: () => void;
}

export function ComparedTwo({ first, second, onBack }: ComparedTwoProps) {
  const methods = useStudio((state) => state.methods.descriptions);
  const { answer, error } = useAnswer<Comparison[]>(
    () => Promise.all([readComparison(first.id), readComparison(second.id)]),
    [first.id, second.id],
  );
  const names = [first, second].map((entry) => nameOf(entry, entry.labels)) as [string, string];
  return (
    <section className="notebook-two" aria-label="Two comparisons">
      <button type="button" className="text-button notebook-back" onClick={onBack}>
        <ArrowLeft size={14} aria-hidden="true" /> All comparisons
      </button>
      <dl className="notebook-names">
        <div>
          <dt>A</dt>
          <dd>{names[0]}</dd>
        </div>
        <div>
          <dt>B</dt>
          <dd>{names[1]}</dd>
        </div>
      </dl>
      {areComparable(first, second) ? (
        <p>
          <button type="button" className="button" onClick={() => void openBoth(first.id, second.id)}>
            <ChartLine size={16} aria-hidden="true" /> Show both in the charts
          </button>
        </p>
      ) : (
        <p className="field-help">
          Their rows are the same, but their base models or the longest texts are not: they are not drawn in one chart.
        </p>
      )}
      <h3>What they came to</h3>
      {error !== null && <Message kind="error">{error}</Message>}
      {!answer && error === null && <p className="waiting">Reading both…</p>}
      {answer && <Figures comparisons={answer} />}
      {answer && <Luck comparisons={answer} />}
      <h3>What is set otherwise</h3>
      <Differences all={settingsDiff(first, second, methods)} />
    </section>
  );
}

function Figures({ comparisons }: { comparisons: readonly Comparison[] }) {
  const [first] = comparisons;
  const metric = decidingMetric(first!.configuration);
  const tested = comparisons.some(({ runs }) => runs.some(({ test }) => test));
  const columns = columnsFor(metric, tested).filter(
    (column): column is Column => column !== DIFFERS && column.figure !== "stepsToLoss" && column.figure !== "bytes",
  );
  const rows = comparisons.flatMap((comparison, index) =>
    tableRows(comparison, { past: true, target: null }).map((row) => ({ ...row, letter: index === 0 ? "A" : "B" })),
  );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label="Runs of both" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Of</th>
              <th scope="col">Run</th>
              {columns.map(({ figure, title }) => (
                <th key={figure} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ run, letter, figures, metric: own }) => (
              <tr key={run.key}>
                <td>{letter}</td>
                <th scope="row">{run.name}</th>
                {columns.map(({ figure, format, metric: named }) => {
                  const value = figures[figure];
                  // One that was judged by another metric.
                  const isOther = named !== undefined && named !== own;
                  return (
                    <td key={figure} className="number">
                      {value === null ? "–" : isOther ? formatMetric(own, value) : format(value)}
                      {value !== null && isOther && <span className="muted under">{metricFacts[own].title}</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** Every run of A against every run of B, on the rows that both were judged by. */
function Luck({ comparisons }: { comparisons: readonly Comparison[] }) {
  const [a, b] = comparisons as readonly [Comparison, Comparison];
  const { answer, error } = useAnswer<ComparedKept>(
    (studio) => studio.compareKept(a.outcomes ?? null, b.outcomes ?? null),
    [a, b],
  );
  return (
    <>
      <h3>Is it luck?</h3>
      {error !== null && <Message kind="error">{error}</Message>}
      {!answer && error === null && <p className="waiting">Testing…</p>}
      {answer && "why" in answer && (
        <p>Between the two nothing was tested. {answer.why} Run them in one comparison to know.</p>
      )}
      {answer && !("why" in answer) && (
        <>
          {luckInWords(answer).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <PairsTable verdict={answer} of="A" against="B" />
        </>
      )}
    </>
  );
}

function Differences({ all }: { all: readonly SettingDifference[] }) {
  if (all.length === 0) return <p className="waiting">Nothing: their settings are the same.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="table-scroll" aria-label="Settings that differ" tabIndex={0}>
      <table className="table notebook-diff">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Setting</th>
            <th scope="col">A</th>
            <th scope="col">B</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ part, setting, first, second }) => (
            <tr key={`${part} ${setting}`}>
              <td>{part}</td>
              <th scope="row">{setting}</th>
              <td>{first}</td>
              <td>{second}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
