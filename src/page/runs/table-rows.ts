/** The run table's figures: what is shown, how it is sorted, which is best. */

import { splitsOf } from "../../data/splits";
import { type MetricName, metricFacts, taskMetrics } from "../../tasks/metrics/names";
import { stepsToLoss, summarise } from "../curves/run-curves";
import { ownBytes } from "../store/memory-bytes";
import type { Comparison, RunRecord } from "../store/state";

export type Figure =
  | "trainable"
  | "testMetric"
  | "bestMetric"
  | "lastMetric"
  | "validationLoss"
  | "stepsToLoss"
  | "seconds"
  | "flops"
  | "bytes";

export interface TableRow {
  run: RunRecord;
  comparison: Comparison;
  past: boolean;
  /**
   * Whether it may be called the best: a run of the newest comparison that is trained in it, all on
   * the same rows.
   */
  contends: boolean;
  figures: Record<Figure, number | null>;
}

/**
 * @param metric of the newest comparison's task; comparisons of another task have other figures and
 * leave it out.
 */
export function tableRows(
  comparisons: readonly Comparison[],
  currentId: string | null,
  target: number,
  metric: MetricName,
): TableRow[] {
  return comparisons.flatMap((comparison) => {
    const sameRows = splitsOf(comparison.configuration.data.test ?? null) === null;
    return comparison.runs.map((run): TableRow => {
      const [main] = taskMetrics[comparison.configuration.data.task];
      const trains = run.learningRate !== null && !run.beside;
      const measured = main === metric ? summarise(run.curves, metric, trains) : null;
      return {
        run,
        comparison,
        past: comparison.id !== currentId,
        contends: comparison === comparisons[0] && trains && sameRows,
        figures: {
          trainable: run.trainable?.total ?? null,
          testMetric: (main === metric ? run.test?.[metric] : null) ?? null,
          bestMetric: measured?.best ?? null,
          lastMetric: measured?.last ?? null,
          validationLoss: summarise(run.curves, "loss").last,
          stepsToLoss: Number.isFinite(target) && trains ? stepsToLoss(run.curves, target) : null,
          seconds: run.curves.steps.last("seconds"),
          flops: counted(run.curves.steps.last("flops")),
          bytes: run.bytes ? ownBytes(run.bytes) : null,
        },
      };
    });
  });
}

/** Null in comparisons of versions that did not count. */
function counted(flops: number | null): number | null {
  return Number.isFinite(flops) ? flops : null;
}

/**
 * The best value of a column among the rows that contend; null where fewer than two of them have
 * one or all are equal.
 */
export function bestFigure(rows: readonly TableRow[], figure: Figure, metric: MetricName): number | null {
  const contending = rows.filter(({ contends }) => contends);
  const values = contending
    .map((row) => row.figures[figure])
    .filter((value) => value !== null && Number.isFinite(value));
  const numbers = values as number[];
  if (numbers.length < 2 || new Set(numbers).size === 1) return null;
  const measured = figure === "testMetric" || figure === "bestMetric" || figure === "lastMetric";
  return measured && metricFacts[metric].better === "high" ? Math.max(...numbers) : Math.min(...numbers);
}

/** Sorted by a figure, rows without it last; `name` sorts by name. A new array. */
export function sortRows(
  rows: readonly TableRow[],
  by: { column: Figure | "name"; descending: boolean } | null,
): TableRow[] {
  if (by === null) return [...rows];
  const sign = by.descending ? -1 : 1;
  const { column } = by;
  return rows.toSorted((a, b) => {
    if (column === "name") return sign * a.run.name.localeCompare(b.run.name, "en", { numeric: true });
    const left = a.figures[column];
    const right = b.figures[column];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    return sign * (left - right);
  });
}

/**
 * A loss that every run of the newest comparison has come to by training: the largest of their
 * lowest, rounded up to two decimals.
 */
export function reachableLoss(runs: readonly RunRecord[]): number | null {
  const trained = runs.filter(({ learningRate, beside }) => learningRate !== null && !beside);
  const lowest = trained.map((run) => summarise(run.curves, "loss").best).filter((loss) => loss !== null);
  return lowest.length === 0 ? null : Math.ceil(Math.max(...lowest) * 100 - 1e-9) / 100;
}
