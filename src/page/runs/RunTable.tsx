/** All runs with their figures: sortable, ticked to be plotted, the best of each column bold. */

import { ArrowDown, ArrowUp, ChevronDown, Download, RotateCcw } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { Fragment, useState } from "react";
import { type MetricName, metricFacts, taskMetrics } from "../../tasks/metrics/names";
import { continueComparison, runZip } from "../actions/compare";
import { toggleRun } from "../actions/ui";
import { RunSwatch } from "../charts/RunSwatch";
import { NumberField } from "../controls/NumberField";
import { download, fileName } from "../export/download";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLoss,
  formatMetric,
  formatSetting,
  formatSmallPercent,
} from "../numbers";
import { isEnded } from "../store/phase";
import type { RunRecord } from "../store/state";
import { isBusy, messageOf, patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { differences } from "./differences";
import { bestFigure, type Figure, reachableLoss, sortRows, type TableRow, tableRows } from "./table-rows";

interface Column {
  figure: Figure;
  title: string;
  format: (value: number) => string;
  descendingFirst?: boolean;
}

function columnsFor(metric: MetricName): Column[] {
  const { title, better } = metricFacts[metric];
  const short = metric === "accuracy" ? "acc." : title;
  const format = (value: number) => formatMetric(metric, value);
  const descendingFirst = better === "high";
  return [
    { figure: "trainable", title: "Trainable", format: formatCount },
    { figure: "bestMetric", title: `Best ${short}`, format, descendingFirst },
    { figure: "lastMetric", title: `Last ${short}`, format, descendingFirst },
    { figure: "validationLoss", title: "Val. loss", format: formatLoss },
    { figure: "stepsToLoss", title: "Steps to loss", format: formatCount },
    { figure: "seconds", title: "Time", format: formatDuration },
    { figure: "bytes", title: "Memory", format: formatBytes },
  ];
}

/** Those before and between the figures. */
const OTHER_COLUMNS = 4;
const FIGURES = 7;

export function RunTable() {
  const { current, past } = useSlowComparison();
  const hidden = useStudio((store) => store.ui.hidden);
  const chosenTarget = useStudio((store) => store.ui.lossTarget);
  const descriptions = useStudio((store) => store.methods.descriptions);
  const [order, setOrder] = useState<{ column: Figure | "name"; descending: boolean } | null>(null);
  const comparisons = current ? [current, ...past] : past;
  if (comparisons.length === 0) return null;

  const newest = comparisons[0];
  const [metric] = taskMetrics[newest!.configuration.data.task];
  const columns = columnsFor(metric);
  const target = chosenTarget ?? reachableLoss(newest?.runs ?? []) ?? Number.NaN;
  const rows = sortRows(tableRows(comparisons, current?.id ?? null, target, metric), order);
  const changes = differences(
    rows.map(({ run, comparison }) => ({
      key: run.key,
      configuration: run.configuration,
      learningRate: run.beside ? null : run.learningRate,
      training: comparison.configuration.training,
      model: comparison.modelName,
      data: comparison.dataTitle,
      defaults: descriptions.find((method) => method.id === run.configuration.method)?.defaults ?? {},
    })),
  );
  const sortBy = (column: Figure | "name", descendingFirst = false) => {
    if (order?.column !== column) setOrder({ column, descending: descendingFirst });
    else if (order.descending === descendingFirst) setOrder({ column, descending: !descendingFirst });
    else setOrder(null);
  };

  return (
    <section className="panel" aria-labelledby="runs-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="runs-title">
          Runs
        </h2>
        <div className="loss-target">
          <NumberField
            label="Steps to validation loss"
            value={Number.isFinite(target) ? target : null}
            placeholder="a loss"
            optional
            above={0}
            onChange={(lossTarget) => patch("ui", { lossTarget })}
          />
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll" aria-label="Run table" tabIndex={0}>
        <table className="table run-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Plotted</span>
              </th>
              <SortHeading title="Run" order={order} column="name" onSort={() => sortBy("name")} />
              <th scope="col">What differs</th>
              {columns.map(({ figure, title, descendingFirst }) => (
                <SortHeading
                  key={figure}
                  title={figure === "stepsToLoss" && Number.isFinite(target) ? `Steps to ${target}` : title}
                  order={order}
                  column={figure}
                  onSort={() => sortBy(figure, descendingFirst)}
                  number
                />
              ))}
              <th scope="col">
                <span className="visually-hidden">Adapter</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Fragment key={row.run.key}>
                <tr className={rowClass(row)}>
                  <td>
                    <input
                      type="checkbox"
                      className="checkbox"
                      aria-label={`Plot ${row.run.name}`}
                      checked={!hidden.has(row.run.key)}
                      onChange={() => toggleRun(row.run.key)}
                    />
                  </td>
                  <th scope="row">
                    <span className="run-name">
                      <RunSwatch slot={row.run.slot} faded={row.past} />
                      <span>
                        {row.run.name}
                        {row.run.name !== row.run.methodTitle && <span className="muted"> {row.run.methodTitle}</span>}
                        {row.run.state !== "finished" && row.run.state !== "running" && (
                          <span className="run-state muted">{row.run.state}</span>
                        )}
                      </span>
                    </span>
                  </th>
                  <td className="differences">
                    {(changes.get(row.run.key) ?? []).map(([name, value]) => (
                      <span key={name} className="difference" title={`${name}: ${formatSetting(value)}`}>
                        <span className="muted">{name}</span> {formatSetting(value)}
                      </span>
                    ))}
                  </td>
                  {columns.map(({ figure, format }) => {
                    const value = row.figures[figure];
                    const best = value !== null && value === bestFigure(rows, figure, metric);
                    return (
                      <td key={figure} className={best ? "number best" : "number"}>
                        {value === null ? "–" : format(value)}
                        {figure === "trainable" && row.run.trainable && <ShareOfBase trainable={row.run.trainable} />}
                      </td>
                    );
                  })}
                  <td>
                    <DownloadRun row={row} />
                  </td>
                </tr>
                <FailureRow row={row} />
                <KeptNote row={row} />
              </Fragment>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** How much of the base a run trains, with and without its head. */
function ShareOfBase({ trainable }: { trainable: NonNullable<RunRecord["trainable"]> }) {
  const { adapter, head, total, percentOfBase } = trainable;
  return (
    <>
      <span className="muted under">{formatSmallPercent(percentOfBase)} of base</span>
      {adapter > 0 && head > 0 && (
        <span className="muted under">{formatSmallPercent((percentOfBase * adapter) / total)} without head</span>
      )}
    </>
  );
}

function rowClass({ past, run }: TableRow): string {
  return [past && "row-past", run.state === "failed" && "row-failed"].filter(Boolean).join(" ");
}

interface SortHeadingProps {
  title: string;
  column: Figure | "name";
  order: { column: Figure | "name"; descending: boolean } | null;
  onSort: () => void;
  number?: boolean;
}

function SortHeading({ title, column, order, onSort, number }: SortHeadingProps) {
  const sorted = order?.column === column;
  const Arrow = order?.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={number ? "number" : undefined}
      aria-sort={sorted ? (order.descending ? "descending" : "ascending") : "none"}
    >
      <button type="button" className="sort-button" onClick={onSort}>
        {title}
        {sorted && <Arrow size={13} aria-hidden="true" />}
      </button>
    </th>
  );
}

/** Why a run ended early and what can be done, below its row. */
function FailureRow({ row: { run, past } }: { row: TableRow }) {
  const busy = useStudio(isBusy);
  const lost = useStudio((state) => state.device.lost !== null);
  if (run.state !== "failed") return null;
  return (
    <tr className="failure-row">
      <td />
      <td colSpan={FIGURES + OTHER_COLUMNS - 1}>
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

/** Why a finished run ended early, and which step's adapter it holds where that is not the last. */
function KeptNote({ row: { run } }: { row: TableRow }) {
  const last = run.curves.evaluations.last("step");
  const held = run.heldStep !== null && run.heldStep !== last && `holds the adapter of step ${run.heldStep}, its best`;
  if (run.state !== "finished" || (!run.reason && !held)) return null;
  return (
    <tr>
      <td />
      <td colSpan={FIGURES + OTHER_COLUMNS - 1} className="muted">
        {[run.reason, held].filter(Boolean).join("; ")}
      </td>
    </tr>
  );
}

function DownloadRun({ row: { run, past, comparison } }: { row: TableRow }) {
  const descriptions = useStudio((state) => state.methods.descriptions);
  const trained = run.beside || (run.curves.steps.last("step") ?? 0) > 0;
  const ended = isEnded(run.state);
  const available = trained && ended && (run.saved || !past);
  const method = descriptions.find(({ id }) => id === run.configuration.method);
  const conversions = past ? [] : (method?.conversions ?? []);
  const save = (conversion: string | null) => {
    const name = conversion === null ? run.name : `${run.name} as ${conversion}`;
    runZip(run, conversion).then(
      (zip) => download(zip, `${fileName(name, comparison.modelName)}.zip`, "application/zip"),
      (error) => patch("ui", { notice: { kind: "error", text: messageOf(error) } }),
    );
  };
  const label = {
    "aria-label": `Download the adapter of ${run.name}`,
    title: available ? "Download the adapter (zip)" : ended ? "This adapter was not kept" : "When the run has ended",
  };
  return (
    <span className="download">
      <button type="button" className="icon-button" disabled={!available} {...label} onClick={() => save(null)}>
        <Download size={16} aria-hidden="true" />
      </button>
      {conversions.length > 0 && (
        <DropdownMenu.Root>
          <DropdownMenu.Trigger
            className="icon-button narrow"
            disabled={!available}
            aria-label={`Other forms of ${run.name}`}
            title={available ? "Download in another form" : label.title}
          >
            <ChevronDown size={14} aria-hidden="true" />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
              {conversions.map(({ id, title, merged }) => (
                <DropdownMenu.Item key={id} className="menu-item" onSelect={() => save(id)}>
                  {merged ? `As a ${title} (zip)` : `As ${title}, for tools that know nothing else (zip)`}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </span>
  );
}
