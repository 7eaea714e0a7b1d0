/** All runs with their figures: sortable, ticked to be plotted, the best of each column bold. */

import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { taskMetrics } from "../../tasks/metrics/names";
import { NumberField } from "../controls/NumberField";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { differences } from "./differences";
import { columnsFor } from "./figure-columns";
import { RunRow } from "./RunRow";
import { bestFigure, type Figure, reachableLoss, sortRows, tableRows } from "./table-rows";
import "./RunTable.css";

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
  const columns = columnsFor(
    metric,
    comparisons.some(({ runs }) => runs.some(({ test }) => test)),
  );
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
  const best = new Map(columns.map(({ figure }) => [figure, bestFigure(rows, figure, metric)] as const));
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
              <RunRow
                key={row.run.key}
                row={row}
                columns={columns}
                best={best}
                differences={changes.get(row.run.key) ?? []}
                shown={!hidden.has(row.run.key)}
              />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
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
