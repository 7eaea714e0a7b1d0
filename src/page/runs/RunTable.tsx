/**
 * The runs of the newest comparison with their figures, and those of earlier ones folded below:
 * sortable, ticked to be plotted, the best of each column bold. Comparisons are not compared with
 * one another: they may be of other data or another model.
 */

import { ArrowDown, ArrowUp, ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { decidingMetric } from "../../tasks/metrics/names";
import { NumberField } from "../fields/NumberField";
import { formatPlural, formatWhen } from "../numbers";
import type { Comparison } from "../store/state";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { differences } from "./differences";
import { type Column, columnsFor } from "./figure-columns";
import { OTHER_COLUMNS, RunRow } from "./RunRow";
import { bestFigure, type Figure, lossToBeat, type Order, separates, sortRows, tableRows } from "./table-rows";
import "./RunTable.css";

export function RunTable() {
  const { current, past } = useSlowComparison();
  const chosenTarget = useStudio((store) => store.ui.lossTarget);
  const [order, setOrder] = useState<Order | null>(null);
  const [newest, ...earlier] = current ? [current, ...past] : past;
  if (!newest) return null;

  const metric = decidingMetric(newest.configuration);
  const target = chosenTarget ?? lossToBeat(newest.runs);
  const isTelling = separates(tableRows(newest, { past: false, target }), "stepsToLoss");
  // A target that somebody chose is shown whether it tells the runs apart or not.
  const tested = [newest, ...earlier].some(({ runs }) => runs.some(({ test }) => test));
  const columns = columnsFor(metric, tested).filter(
    ({ figure }) => figure !== "stepsToLoss" || chosenTarget !== null || isTelling,
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
            value={target}
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
                  title={figure === "stepsToLoss" && target !== null ? `Steps to ${target}` : title}
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
            <Rows comparison={newest} past={current === null} target={target} order={order} columns={columns} />
          </tbody>
          {earlier.map((comparison) => (
            <Earlier
              key={comparison.id}
              comparison={comparison}
              target={chosenTarget}
              order={order}
              columns={columns}
            />
          ))}
        </table>
      </section>
    </section>
  );
}

interface RowsProps {
  comparison: Comparison;
  /** The worker does not have it any more. */
  past: boolean;
  target: number | null;
  order: Order | null;
  columns: readonly Column[];
}

/** The rows of one comparison: what differs and what is best is said among them alone. */
function Rows({ comparison, past, target, order, columns }: RowsProps) {
  const hidden = useStudio((store) => store.ui.hidden);
  const descriptions = useStudio((store) => store.methods.descriptions);
  const rows = sortRows(tableRows(comparison, { past, target }), order);
  const changes = differences(
    rows.map(({ run }) => ({
      key: run.key,
      configuration: run.configuration,
      learningRate: run.beside ? null : run.learningRate,
      defaults: descriptions.find((method) => method.id === run.configuration.method)?.defaults ?? {},
    })),
  );
  const best = new Map(columns.map(({ figure }) => [figure, bestFigure(rows, figure)] as const));
  return rows.map((row) => (
    <RunRow
      key={row.run.key}
      row={row}
      columns={columns}
      best={best}
      differences={changes.get(row.run.key) ?? []}
      shown={!hidden.has(row.run.key)}
    />
  ));
}

/** An earlier comparison, folded: what it was of, and its rows when unfolded. */
function Earlier({ comparison, ...shared }: Omit<RowsProps, "past">) {
  const [open, setOpen] = useState(false);
  const Chevron = open ? ChevronDown : ChevronRight;
  const { startedAt, dataTitle, modelName, runs } = comparison;
  return (
    <tbody className="earlier">
      <tr>
        <td colSpan={shared.columns.length + OTHER_COLUMNS}>
          <button type="button" className="earlier-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Chevron size={14} aria-hidden="true" />
            {formatWhen(startedAt)} · {dataTitle} · {modelName} · {formatPlural(runs.length, "run")}
          </button>
        </td>
      </tr>
      {open && <Rows comparison={comparison} past {...shared} />}
    </tbody>
  );
}

interface SortHeadingProps {
  title: string;
  column: Figure | "name";
  order: Order | null;
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
