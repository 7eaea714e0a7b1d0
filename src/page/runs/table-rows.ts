/** The run table's figures: what is shown, how it is sorted, which is best. */

import { splitsOf } from "../../data/splits";
import { isEnded } from "../../plan/phase";
import { decidingMetric, type MetricName, metricFacts } from "../../tasks/metrics/names";
import type { Verdict } from "../../worker/api";
import { stepsToLoss, summarise } from "../curves/run-curves";
import { isTrained } from "../store/is-trained";
import { lastFigure } from "../store/last-figure";
import { ownBytes } from "../store/memory-bytes";
import type { Comparison, RunRecord } from "../store/state";
import { type Score, scoreOf } from "./score";

export type Figure =
  | "trainable"
  | "testMetric"
  | "score"
  | "bestMetric"
  | "validationLoss"
  | "stepsToLoss"
  | "seconds"
  | "flops"
  | "bytes";

export interface TableRow {
  run: RunRecord;
  comparison: Comparison;
  /** Of an earlier comparison than the one that is shown. */
  past: boolean;
  /**
   * Whether it may be called the best: what has been trained here to the end, did not fail, and is
   * on the same rows as the others. None does while the comparison trains.
   */
  contends: boolean;
  /** Which metric its figures are of: that by which its comparison is judged. */
  metric: MetricName;
  figures: Record<Figure, number | null>;
  /** What the score is of; null where there is none. */
  score: Score | null;
}

/** Those of one comparison. @param target validation loss that is to be reached; null: none */
export function tableRows(
  comparison: Comparison,
  { past, target }: { past: boolean; target: number | null },
): TableRow[] {
  const { data } = comparison.configuration;
  const metric = decidingMetric(comparison.configuration);
  const onSameRows = splitsOf(data.test ?? null) === null;
  return comparison.runs.map((run) => {
    const score = scoreOf(run, comparison, metric);
    return {
      run,
      comparison,
      past,
      metric,
      contends:
        onSameRows &&
        isEnded(comparison.state) &&
        run.state !== "failed" &&
        isTrained(run) &&
        (run.curves.evaluations.last("step") ?? 0) > 0,
      figures: {
        trainable: run.trainable?.total ?? null,
        testMetric: run.test?.[metric] ?? null,
        score: score?.value ?? null,
        bestMetric: summarise(run.curves, metric, isTrained(run)).best,
        validationLoss: lastFigure(run, "loss"),
        stepsToLoss: target === null || !isTrained(run) ? null : stepsToLoss(run.curves, target),
        seconds: run.curves.steps.last("seconds"),
        flops: counted(run.curves.steps.last("flops")),
        bytes: run.bytes ? ownBytes(run.bytes) : null,
      },
      score,
    };
  });
}

/** Null in comparisons of versions that did not count. */
function counted(flops: number | null): number | null {
  return Number.isFinite(flops) ? flops : null;
}

/** Those of the metric that decides, and all that says how well a run answers. */
const measured: readonly Figure[] = ["testMetric", "score", "bestMetric"];
const quality: readonly Figure[] = [...measured, "validationLoss", "stepsToLoss"];

/** What a bold figure is, for below the table. */
export const aboutBold =
  "Bold is the best of a column; of scores, losses and steps to a loss only that of a run that the verdict calls ahead beyond luck.";

/**
 * The best value of a column among the rows of one comparison that contend; null where fewer than
 * two of them have one or all are equal, and of all that says how well a run answers where the
 * verdict says that the lead may be luck. At costing little, controls do not contend.
 */
export function bestFigure(rows: readonly TableRow[], figure: Figure): number | null {
  const contending = rows.filter(({ run, contends }) => contends && (quality.includes(figure) || !run.control));
  const values = contending.map(({ figures }) => figures[figure]).filter((value) => value !== null);
  const numbers = values.filter(Number.isFinite);
  if (numbers.length < 2 || new Set(numbers).size === 1) return null;
  const { configuration, verdict } = contending[0]!.comparison;
  const metric = decidingMetric(configuration);
  const isMeasured = measured.includes(figure);
  const best = isMeasured && metricFacts[metric].better === "high" ? Math.max(...numbers) : Math.min(...numbers);
  if (!quality.includes(figure) || !verdict) return best;
  // By another metric the verdict does not say whether a lead in this one is luck.
  if (verdict.metric !== metric) return null;
  const leaders = contending.filter(({ figures }) => figures[figure] === best);
  return leaders.some(({ run }) => isAheadOfAll(verdict, run.variant.group)) ? best : null;
}

/** Whether a run is ahead of all others that were trained, beyond luck. */
function isAheadOfAll({ metric, runs, pairs }: Verdict, run: string): boolean {
  const sign = metricFacts[metric].better === "high" ? 1 : -1;
  const isAhead = ({ first, second, difference, beyondLuck }: Verdict["pairs"][number], other: string) =>
    beyondLuck &&
    ((first === run && second === other && sign * difference.value > 0) ||
      (first === other && second === run && sign * difference.value < 0));
  return runs
    .filter((other) => other.run !== run && other.kind !== "answerer")
    .every((other) => pairs.some((pair) => isAhead(pair, other.run)));
}

export interface Order {
  column: Figure | "name";
  descending: boolean;
}

/** Sorted by a figure, rows without it last; `name` sorts by name. A new array. */
export function sortRows<Row extends TableRow>(rows: readonly Row[], by: Order | null): Row[] {
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
 * The lowest validation loss that a trained control ended at, rounded up to two decimals: what a
 * method has to get below. Null where no control was trained.
 */
export function lossToBeat(runs: readonly RunRecord[]): number | null {
  const ends = runs
    .filter((run) => run.control && isTrained(run) && (run.curves.evaluations.last("step") ?? 0) > 0)
    .map(({ curves }) => summarise(curves, "loss", true).last)
    .filter((loss) => loss !== null);
  return ends.length === 0 ? null : Math.ceil(Math.min(...ends) * 100 - 1e-9) / 100;
}

/** Whether the steps to a loss tell runs of one comparison apart. */
export function separates(rows: readonly TableRow[], figure: Figure): boolean {
  return new Set(rows.filter(({ run }) => isTrained(run)).map(({ figures }) => figures[figure])).size > 1;
}
