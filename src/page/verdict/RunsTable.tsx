/**
 * The runs of a verdict, best first: dot and interval, the numbers, what it trains, what should be
 * known of it, and its adapter. A table for those who cannot see the dots.
 */

import { remarkWords } from "../../verdict/remark-words";
import type { Verdict } from "../../worker/api";
import { RunSwatch } from "../charts/RunSwatch";
import { formatCount, formatMetric, metricWord } from "../numbers";
import { DownloadRun } from "../runs/DownloadRun";
import type { Comparison } from "../store/state";
import { Dot, type Level, Scale } from "./DotPlot";
import { placeOf, verdictAxis } from "./verdict-scale";
import { formatInterval, formatLevel, kindWords } from "./verdict-words";

interface RunsTableProps {
  verdict: Verdict;
  comparison: Comparison;
  /** The worker does not have it any more. */
  past: boolean;
}

export function RunsTable({ verdict, comparison, past }: RunsTableProps) {
  const { metric, chance, majority } = verdict;
  const axis = verdictAxis(verdict);
  const levels: Level[] = [
    ...(chance === null ? [] : [{ title: "chance", value: chance }]),
    ...(majority === null ? [] : [{ title: "always the largest label", value: majority }]),
  ];
  return (
    <table className="table verdict-runs">
      <caption className="visually-hidden">Runs, best first</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col" className="verdict-plot">
            <span className="visually-hidden">Drawn</span>
            <Scale axis={axis} metric={metric} />
          </th>
          <th scope="col" className="number verdict-value">
            {metricWord(metric)}
            <span className="muted under">95 % interval</span>
          </th>
          <th scope="col" className="number">
            Parameters
            <span className="muted under">
              {verdict.runs.some(({ basis }) => basis === "fitted head") ? "trained or fitted" : "trained"}
            </span>
          </th>
          <th scope="col">
            <span className="visually-hidden">Adapter</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {verdict.runs.map((run) => {
          // The first seed's look and adapter; those of the others are in the table of all runs.
          const first = comparison.runs.find(({ variant }) => variant.group === run.run);
          return (
            <tr key={run.run}>
              <th scope="row">
                <span className="run-name">
                  {first && <RunSwatch slot={first.slot} />}
                  <span>
                    {run.run}
                    <span className="verdict-notes">
                      {[kindWords(run), run.seeds > 1 ? `${run.seeds} seeds` : null, ...run.remarks.map(remarkWords)]
                        .filter((note) => note !== null)
                        .map((note) => (
                          <span key={note}>{note}</span>
                        ))}
                    </span>
                  </span>
                </span>
              </th>
              <td className="verdict-plot">
                <Dot run={run} slot={first?.slot ?? 0} axis={axis} levels={levels} />
              </td>
              <td className="number verdict-value">
                <strong>{formatMetric(metric, run.value)}</strong>
                <span className="muted under">{formatInterval(metric, run)}</span>
              </td>
              <td className="number verdict-parameters">
                {run.parameters === null ? "–" : formatCount(run.parameters)}
                <span className="muted under">parameters</span>
              </td>
              <td className="verdict-adapter">{first && <DownloadRun row={{ run: first, comparison, past }} />}</td>
            </tr>
          );
        })}
      </tbody>
      {levels.length > 0 && (
        <tfoot>
          <tr>
            <td />
            <td className="verdict-plot">
              <Levels axis={axis} levels={levels} metric={metric} />
            </td>
            <td colSpan={3} />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

/** What the lines through the rows are, below each. */
function Levels({
  axis,
  levels,
  metric,
}: {
  axis: ReturnType<typeof verdictAxis>;
  levels: Level[];
  metric: Verdict["metric"];
}) {
  return levels.map(({ title, value }) => {
    const place = placeOf(axis, value);
    return (
      <span
        key={title}
        className="verdict-level-name"
        style={place > 60 ? { marginRight: `${100 - place}%` } : { marginLeft: `${place}%` }}
      >
        {formatLevel(title, metric, value)}
      </span>
    );
  });
}
