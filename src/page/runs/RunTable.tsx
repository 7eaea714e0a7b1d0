/**
 * The runs of the newest comparison with their figures, and those of earlier ones folded below:
 * sortable, ticked to be plotted, the best of each column bold. Comparisons are not compared with
 * one another: they may be of other data or another model.
 */

import { ArrowDown, ArrowUp, ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { decidingMetric } from "../../tasks/metrics/names";
import type { MethodDescription } from "../../worker/api";
import { NumberField } from "../fields/NumberField";
import { Explained } from "../glossary/Term";
import { formatPlural, formatWhen } from "../numbers";
import { optionFields } from "../store/option-fields";
import type { Comparison } from "../store/state";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { ColumnsMenu } from "./ColumnsMenu";
import { differences } from "./differences";
import { type AnyColumn, columnsFor, DIFFERS, useHiddenColumns } from "./figure-columns";
import { groupRows } from "./group-rows";
import { OTHER_COLUMNS, RunRow } from "./RunRow";
import { measuredRows } from "./score";
import {
  aboutBold,
  bestFigure,
  type Figure,
  lossToBeat,
  type Order,
  separates,
  sortRows,
  tableRows,
} from "./table-rows";
import "./RunTable.css";

export function RunTable() {
  const { current, past } = useSlowComparison();
  const chosenTarget = useStudio((store) => store.ui.lossTarget);
  const [order, setOrder] = useState<Order | null>(null);
  const [chosenTag, setTag] = useState<string | null>(null);
  const [hiddenColumns, toggleColumn] = useHiddenColumns();
  const all = useMemo(() => (current ? [current, ...past] : past), [current, past]);
  const tags = useMemo(() => [...new Set(all.flatMap(({ runs }) => runs.flatMap((run) => run.tags ?? [])))], [all]);
  const [newest, ...earlier] = all;
  if (!newest) return null;

  // The last run of a tag may have lost it.
  const tag = chosenTag !== null && tags.includes(chosenTag) ? chosenTag : null;
  const metric = decidingMetric(newest.configuration);
  const target = chosenTarget ?? lossToBeat(newest.runs);
  const isTelling = separates(tableRows(newest, { past: false, target }), "stepsToLoss");
  // A target that somebody chose is shown whether it tells the runs apart or not.
  const tested = all.some(({ runs }) => runs.some(({ test }) => test));
  const offered = columnsFor(metric, tested).filter(
    ({ figure }) => figure !== "stepsToLoss" || chosenTarget !== null || isTelling,
  );
  const columns = offered.filter(({ figure }) => !hiddenColumns.has(figure));
  const sortBy = (column: Figure | "name", descendingFirst = false) => {
    if (order?.column !== column) setOrder({ column, descending: descendingFirst });
    else if (order.descending === descendingFirst) setOrder({ column, descending: !descendingFirst });
    else setOrder(null);
  };
  const rows = measuredRows(newest);

  return (
    <section className="panel" aria-labelledby="runs-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="runs-title">
          Runs
        </h2>
        {tags.length > 0 && (
          <fieldset className="tag-filter">
            <legend className="visually-hidden">Runs of one tag alone</legend>
            {tags.map((name) => (
              <button
                key={name}
                type="button"
                className="run-tag"
                aria-pressed={name === tag}
                onClick={() => setTag(name === tag ? null : name)}
              >
                {name}
              </button>
            ))}
          </fieldset>
        )}
        <div className="run-table-tools">
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
          <ColumnsMenu columns={offered} hidden={hiddenColumns} onToggle={toggleColumn} />
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
              {columns.map((column) =>
                column.figure === DIFFERS.figure ? (
                  <th key={column.figure} scope="col">
                    {column.title}
                  </th>
                ) : (
                  <SortHeading
                    key={column.figure}
                    title={column.figure === "stepsToLoss" && target !== null ? `Steps to ${target}` : column.title}
                    order={order}
                    column={column.figure}
                    onSort={() => sortBy(column.figure as Figure, column.descendingFirst)}
                    number
                  />
                ),
              )}
              <th scope="col">
                <span className="visually-hidden">Pin, tags and adapter</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <Rows {...{ comparison: newest, target, order, columns, tag }} past={current === null} earlier={false} />
          </tbody>
          {earlier.map((comparison) => (
            <Earlier key={comparison.id} {...{ comparison, order, columns, tag }} target={chosenTarget} />
          ))}
        </table>
      </section>
      {rows !== null && (
        <p className="field-help">
          <Explained>{newest.verdict ? `${rows} ${aboutBold}` : rows}</Explained>
        </p>
      )}
    </section>
  );
}

interface RowsProps {
  comparison: Comparison;
  /** The worker does not have it any more. */
  past: boolean;
  /** Than the one that is shown. */
  earlier: boolean;
  target: number | null;
  order: Order | null;
  columns: readonly AnyColumn[];
  /** Whose runs are shown alone; null: all. */
  tag: string | null;
}

/** The rows of one comparison: what differs and what is best is said among them alone. */
function Rows({ comparison, past, earlier, target, order, columns, tag }: RowsProps) {
  const hidden = useStudio((store) => store.ui.hidden);
  const descriptions = useStudio((store) => store.methods.descriptions);
  const words = useMemo(() => optionWords(descriptions), [descriptions]);
  const groups = groupRows(tableRows(comparison, { past, target }));
  const changes = differences(
    groups.map(({ run }) => ({
      key: run.key,
      configuration: run.configuration,
      learningRate: run.beside ? null : run.learningRate,
      defaults: descriptions.find((method) => method.id === run.configuration.method)?.defaults ?? {},
    })),
  );
  const best = new Map(
    columns.flatMap(({ figure }) => (figure === DIFFERS.figure ? [] : [[figure, bestFigure(groups, figure)] as const])),
  );
  const shown = sortRows(groups, order).filter(({ run }) => tag === null || run.tags?.includes(tag));
  const ordered = shown.toSorted((a, b) => Number(b.run.pinned ?? false) - Number(a.run.pinned ?? false));
  return ordered.map((row) => (
    <RunRow
      key={row.run.variant.group}
      {...{ row, columns, best, hidden, earlier }}
      differences={(changes.get(row.run.key) ?? []).map(([name, value]) => [
        words.get(`${row.run.configuration.method} ${name}`) ?? name,
        value,
      ])}
    />
  ));
}

/** The form's words for each method's options. */
function optionWords(descriptions: readonly MethodDescription[]): Map<string, string> {
  return new Map(
    descriptions.flatMap(({ id, optionsSchema }) =>
      optionFields(optionsSchema).map(({ key, title }) => [`${id} ${key}`, title] as const),
    ),
  );
}

/** An earlier comparison, folded: what it was of, and its rows when unfolded. */
function Earlier({ comparison, ...shared }: Omit<RowsProps, "past" | "earlier">) {
  const [open, setOpen] = useState(false);
  const Chevron = open ? ChevronDown : ChevronRight;
  const { startedAt, dataTitle, modelName, runs } = comparison;
  return (
    <tbody className="earlier">
      <tr className="note-row">
        <td colSpan={shared.columns.length + OTHER_COLUMNS}>
          <button type="button" className="earlier-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Chevron size={14} aria-hidden="true" />
            {formatWhen(startedAt)} · {dataTitle} · {modelName} · {formatPlural(runs.length, "run")}
          </button>
        </td>
      </tr>
      {open && <Rows comparison={comparison} past earlier {...shared} />}
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
