/**
 * A run in the table: whether it is plotted, its name, what differs, its figures, its adapter, and
 * how it ended where that is not as planned.
 */

import { RotateCcw } from "lucide-react";
import { metricFacts } from "../../tasks/metrics/names";
import { continueComparison } from "../actions/compare";
import { toggleRun } from "../actions/ui";
import { RunSwatch } from "../charts/RunSwatch";
import { formatCount, formatMetric, formatSetting, formatSmallPercent } from "../numbers";
import type { RunRecord } from "../store/state";
import { isBusy, useStudio } from "../store/store";
import { DownloadRun } from "./DownloadRun";
import type { Difference } from "./differences";
import { endNote } from "./end-note";
import type { Column } from "./figure-columns";
import type { Figure, TableRow } from "./table-rows";

/** Those before and between the figures. */
export const OTHER_COLUMNS = 4;

interface RunRowProps {
  row: TableRow;
  columns: readonly Column[];
  /** The best value of each figure in the table. */
  best: ReadonlyMap<Figure, number | null>;
  differences: readonly Difference[];
  /** Whether it is plotted. */
  shown: boolean;
}

export function RunRow({ row, columns, best, differences, shown }: RunRowProps) {
  const { run, past, figures } = row;
  return (
    <>
      <tr className={rowClass(row)}>
        <td>
          <input
            type="checkbox"
            className="checkbox"
            aria-label={`Plot ${run.name}`}
            checked={shown}
            onChange={() => toggleRun(run.key)}
          />
        </td>
        <th scope="row">
          <span className="run-name">
            <RunSwatch slot={run.slot} faded={past} />
            <span>
              {run.name}
              {run.name !== run.methodTitle && <span className="muted"> {run.methodTitle}</span>}
              {run.state !== "finished" && run.state !== "running" && (
                <span className="run-state muted">{run.state}</span>
              )}
            </span>
          </span>
        </th>
        <td className="differences">
          {differences.map(([name, value]) => (
            <span key={name} className="difference" title={`${name}: ${formatSetting(value)}`}>
              <span className="muted">{name}</span> {formatSetting(value)}
            </span>
          ))}
        </td>
        {columns.map(({ figure, format, metric = row.metric }) => {
          const value = figures[figure];
          // Of an earlier comparison that was judged by another one.
          const other = metric !== row.metric;
          const isBest = row.contends && value !== null && value === best.get(figure);
          return (
            <td key={figure} className={isBest ? "number best" : "number"}>
              {value === null ? "–" : other ? formatMetric(row.metric, value) : format(value)}
              {value !== null && other && <span className="muted under">{metricFacts[row.metric].title}</span>}
              {figure === "trainable" && run.trainable && <ShareOfBase trainable={run.trainable} />}
            </td>
          );
        })}
        <td>
          <DownloadRun row={row} />
        </td>
      </tr>
      <FailureRow row={row} columns={columns.length + OTHER_COLUMNS} />
      <EndRow row={row} columns={columns.length + OTHER_COLUMNS} />
      <NoticesRow row={row} columns={columns.length + OTHER_COLUMNS} />
    </>
  );
}

/** How much of the base a run trains, with and without its head. */
function ShareOfBase({ trainable }: { trainable: NonNullable<RunRecord["trainable"]> }) {
  const { adapter, head, total, percentOfBase, kept } = trainable;
  return (
    <>
      <span className="muted under">{formatSmallPercent(percentOfBase)} of base</span>
      {adapter > 0 && head > 0 && (
        <span className="muted under">{formatSmallPercent((percentOfBase * adapter) / total)} without head</span>
      )}
      {kept !== undefined && (
        <span className="muted under" title="What made the prompt or prefix is dropped after training.">
          {formatCount(kept)} + head kept
        </span>
      )}
    </>
  );
}

function rowClass({ past, run }: TableRow): string {
  return [past && "row-past", run.state === "failed" && "row-failed"].filter(Boolean).join(" ");
}

interface NoteProps {
  row: TableRow;
  /** Of the table. */
  columns: number;
}

/** Why a run ended early and what can be done, below its row. */
function FailureRow({ row: { run, past }, columns }: NoteProps) {
  const busy = useStudio(isBusy);
  const lost = useStudio((state) => state.device.lost !== null);
  if (run.state !== "failed") return null;
  return (
    <tr className="failure-row">
      <td />
      <td colSpan={columns - 1}>
        <span className="inline">
          <span className="run-failed">{run.reason ?? "It failed without a reason."}</span>
          {!past && !busy && !lost && run.lastGoodStep !== null && (
            <button type="button" className="button button-small" onClick={() => void continueComparison()}>
              <RotateCcw size={14} aria-hidden="true" /> Continue from step {formatCount(run.lastGoodStep)}
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}

/** How a run ended where that is not as planned, below its row. */
function EndRow({ row: { run }, columns }: NoteProps) {
  const note = endNote(run);
  if (note === null) return null;
  return (
    <tr>
      <td />
      <td colSpan={columns - 1} className="muted">
        {note}
      </td>
    </tr>
  );
}

/** What a person should know of a run that went on all the same, below its row. */
function NoticesRow({ row: { run }, columns }: NoteProps) {
  const { notices = [] } = run;
  if (notices.length === 0) return null;
  return (
    <tr className="notices-row">
      <td />
      <td colSpan={columns - 1} className="muted">
        {notices.map((notice) => (
          <p key={notice} className="run-notice">
            {notice}
          </p>
        ))}
      </td>
    </tr>
  );
}
