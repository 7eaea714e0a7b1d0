/**
 * A run in the table, all its seeds in one row that can be unfolded: whether it is plotted, its
 * name, its figures, what differs, its adapter, and how it ended where that is not as planned.
 */

import { ChevronDown, ChevronRight, RotateCcw } from "lucide-react";
import { useState } from "react";
import { metricFacts } from "../../tasks/metrics/names";
import { continueComparison } from "../actions/compare";
import { pointAt, showRuns } from "../actions/ui";
import { RunSwatch } from "../charts/RunSwatch";
import { formatCount, formatMetric, formatPlural, formatSetting, formatSmallPercent } from "../numbers";
import type { RunRecord } from "../store/state";
import { isBusy, useStudio } from "../store/store";
import { Annotate } from "./Annotate";
import { DownloadRun } from "./DownloadRun";
import type { Difference } from "./differences";
import { endNote } from "./end-note";
import { type AnyColumn, type Column, DIFFERS } from "./figure-columns";
import { type GroupRow, groupRows } from "./group-rows";
import type { Figure, TableRow } from "./table-rows";

/** Those beside the chosen ones: plotted, name, and what is done with a run. */
export const OTHER_COLUMNS = 3;

interface Shared {
  columns: readonly AnyColumn[];
  /** The best value of each figure in the table. */
  best: ReadonlyMap<Figure, number | null>;
  /** Of an earlier comparison than the one that is shown. */
  earlier: boolean;
}

interface RunRowProps extends Shared {
  row: GroupRow;
  differences: readonly Difference[];
  hidden: ReadonlySet<string>;
}

export function RunRow({ row, hidden, ...shared }: RunRowProps) {
  const [open, setOpen] = useState(false);
  const isGroup = row.members.length > 1;
  const width = shared.columns.length + OTHER_COLUMNS;
  return (
    <>
      <OneRow row={row} hidden={hidden} {...shared} open={isGroup ? open : null} onOpen={() => setOpen(!open)} />
      {isGroup
        ? open &&
          row.members.map((member) => (
            <OneRow
              key={member.run.key}
              row={groupRows([member])[0]!}
              hidden={hidden}
              {...shared}
              differences={[]}
              best={NONE}
              member
            />
          ))
        : null}
      <Notes members={row.members} columns={width} />
    </>
  );
}

const NONE: ReadonlyMap<Figure, number | null> = new Map();

interface OneRowProps extends RunRowProps {
  /** Whether its seeds are unfolded; left out or null where there is one. */
  open?: boolean | null;
  onOpen?: () => void;
  /** One seed of a run that has a row of its own. */
  member?: boolean;
}

function OneRow(props: OneRowProps) {
  const { row, columns, best, differences, hidden, earlier, open = null, onOpen, member = false } = props;
  const { run, name, members } = row;
  const keys = members.map((one) => one.run.key);
  const shown = keys.find((key) => !hidden.has(key)) ?? null;
  const { tags = [], note } = run;
  return (
    <tr
      className={[earlier && "row-past", run.state === "failed" && "row-failed", member && "row-member"]
        .filter(Boolean)
        .join(" ")}
      onPointerEnter={() => pointAt(shown)}
      onPointerLeave={() => pointAt(null)}
    >
      <td className="cell-plotted">
        <input
          type="checkbox"
          className="checkbox"
          aria-label={`Plot ${name}`}
          checked={shown !== null}
          onChange={() => showRuns(keys, shown === null)}
        />
      </td>
      <th scope="row">
        <span className="run-name">
          <RunSwatch slot={run.slot} faded={earlier} />
          <span>
            {member ? run.name : name}
            {run.name !== run.methodTitle && members.length === 1 && <span className="muted"> {run.methodTitle}</span>}
            {members.length === 1 && run.state !== "finished" && run.state !== "running" && (
              <span className="run-state muted">{run.state}</span>
            )}
            {row.bestRate && <span className="muted under">best learning rate</span>}
            {open !== null && (
              <button type="button" className="seeds-toggle" aria-expanded={open} onClick={onOpen}>
                {open ? <ChevronDown size={13} aria-hidden="true" /> : <ChevronRight size={13} aria-hidden="true" />}
                {formatPlural(members.length, noun(row))}
                {row.failed > 0 && `, ${row.failed} failed`}
              </button>
            )}
            {!member && (tags.length > 0 || note) && (
              <span className="run-annotation">
                {tags.map((tag) => (
                  <span key={tag} className="run-tag">
                    {tag}
                  </span>
                ))}
                {note && <span className="run-note">{note}</span>}
              </span>
            )}
          </span>
        </span>
      </th>
      {columns.map((column) =>
        column.figure === DIFFERS.figure ? (
          <td key={column.figure} className="differences" data-title={column.title}>
            {differences.map(([setting, value]) => (
              <span key={setting} className="difference" title={`${setting}: ${formatSetting(value)}`}>
                <span className="muted">{setting}</span> {formatSetting(value)}
              </span>
            ))}
          </td>
        ) : (
          <FigureCell key={column.figure} row={row} column={column} best={best} />
        ),
      )}
      <td className="cell-actions">
        {!member && <Annotate row={row} />}
        {members.length === 1 && <DownloadRun row={row} />}
      </td>
    </tr>
  );
}

/** What the members of a row are: seeds, or also divisions of the rows. */
function noun({ members }: GroupRow): string {
  return new Set(members.map(({ run }) => run.variant.split)).size > 1 ? "run" : "seed";
}

interface FigureCellProps {
  row: GroupRow;
  column: Column;
  best: Shared["best"];
}

function FigureCell({ row, column, best }: FigureCellProps) {
  const { run, figures, spreads } = row;
  const { figure, format, title, quality = false, metric = row.metric } = column;
  const value = figures[figure];
  // Of an earlier comparison that was judged by another one.
  const other = metric !== row.metric;
  const write = other ? (number: number) => formatMetric(row.metric, number) : format;
  const isBest = row.contends && value !== null && value === best.get(figure);
  const spread = spreads[figure];
  const classes = ["number", isBest && "best", figure === "score" && "cell-score", figure === "seconds" && "cell-wraps"]
    .filter(Boolean)
    .join(" ");
  return (
    <td className={classes} data-title={title}>
      {value === null ? "–" : write(value)}
      {value !== null && quality && spread && spread.count > 1 && (
        <span className="muted"> ± {write(spread.deviation)}</span>
      )}
      {figure === "score" && <ScoreDetail row={row} write={write} />}
      {value !== null && other && <span className="muted under">{metricFacts[row.metric].title}</span>}
      {figure === "trainable" && run.trainable && <ShareOfBase trainable={run.trainable} />}
    </td>
  );
}

/** At which step it was measured; its interval, or of how many seeds it is the mean. */
function ScoreDetail({ row: { score, members, seeds }, write }: { row: GroupRow; write: (value: number) => string }) {
  if (score === null) return null;
  const { step, interval } = score;
  return (
    <>
      {step !== null && members.length === 1 && <span className="muted under"> @ step {formatCount(step)}</span>}
      {members.length > 1 ? (
        <span className="muted under">
          mean of {formatCount(seeds)}
          {step !== null && ` @ step ${formatCount(step)}`}
        </span>
      ) : (
        interval && (
          <span className="muted under" title="95 % interval over the rows">
            {write(interval.low).replace(/\s%$/, "")} to {write(interval.high)}
          </span>
        )
      )}
    </>
  );
}

/** How much of the base a run trains; how much of that without its head, for who points at it. */
function ShareOfBase({ trainable }: { trainable: NonNullable<RunRecord["trainable"]> }) {
  const { adapter, head, total, percentOfBase, kept } = trainable;
  const withoutHead =
    adapter > 0 && head > 0 ? `${formatSmallPercent((percentOfBase * adapter) / total)} without its head` : undefined;
  return (
    <>
      <span className="muted under" title={withoutHead}>
        {formatSmallPercent(percentOfBase)} of base
      </span>
      {kept !== undefined && (
        <span
          className="muted under"
          title="Beside the head: what made the prompt or prefix is dropped after training."
        >
          keeps {formatCount(kept)}
        </span>
      )}
    </>
  );
}

interface NotesProps {
  members: readonly TableRow[];
  /** Of the table. */
  columns: number;
}

/** What should be said of a run, below its row; what several seeds say alike is said once. */
function Notes({ members, columns }: NotesProps) {
  const busy = useStudio(isBusy);
  const lost = useStudio((state) => state.device.lost !== null);
  const failed = members.filter(({ run }) => run.state === "failed");
  const failures = together(failed, ({ run }) => [run.reason ?? "It failed without a reason."], members.length);
  const goesOn = busy || lost ? undefined : failed.find(({ run, past }) => !past && run.lastGoodStep !== null);
  const ends = together(members, ({ run }) => [endNote(run) ?? []].flat());
  const notices = together(members, ({ run }) => run.notices ?? []);
  return (
    <>
      {failures.map((reason, index) => (
        <tr key={reason} className="note-row failure-row">
          <td />
          <td colSpan={columns - 1}>
            <span className="inline">
              <span className="run-failed">{reason}</span>
              {index === 0 && goesOn && (
                <button type="button" className="button button-small" onClick={() => void continueComparison()}>
                  <RotateCcw size={14} aria-hidden="true" /> Continue from step {formatCount(goesOn.run.lastGoodStep)}
                </button>
              )}
            </span>
          </td>
        </tr>
      ))}
      {ends.map((note) => (
        <tr key={note} className="note-row">
          <td />
          <td colSpan={columns - 1} className="muted">
            {note}
          </td>
        </tr>
      ))}
      {notices.length > 0 && (
        <tr className="note-row notices-row">
          <td />
          <td colSpan={columns - 1} className="muted">
            {notices.map((notice) => (
              <p key={notice} className="run-notice">
                {notice}
              </p>
            ))}
          </td>
        </tr>
      )}
    </>
  );
}

/**
 * What is said of rows, each sentence once: after the names of those that say it, where others of
 * `all` do not.
 */
function together(rows: readonly TableRow[], said: (row: TableRow) => readonly string[], all = rows.length): string[] {
  const sayers = new Map<string, string[]>();
  for (const row of rows) {
    for (const sentence of said(row)) sayers.set(sentence, [...(sayers.get(sentence) ?? []), row.run.name]);
  }
  return [...sayers].map(([sentence, names]) => (names.length === all ? sentence : `${names.join(", ")}: ${sentence}`));
}
