/**
 * The runs of a comparison on slices of the rows that decide, by a column of their file. The
 * figures are made in `verdict/slices.ts`.
 */

import type { BaseModel } from "../base/base-model";
import { sliceColumns, sliceRows, valuesOf } from "../data/slices";
import type { Table } from "../data/table";
import { decidingMetric, type MetricName } from "../tasks/metrics/names";
import { measureSlices, type Slices } from "../verdict/slices";
import { answersOf, type Judged, judgedRuns, partOf, runStillGoing } from "./judge";
import type { OpenComparison } from "./open-comparison";

type Sliced = Judged & Pick<OpenComparison, "tables">;

/** The columns that the file of the rows that decide can be sliced by. */
export function sliceColumnsOf(judged: Sliced): string[] {
  return sliceColumns(tableOf(judged), judged.configuration.data.columns);
}

/**
 * By the rows of the verdict, and its runs.
 * @throws Error where a run is still to come, none can be judged, or the task has not the metric;
 * DataError where the file has no such column
 */
export function slicesOf(judged: Sliced, model: BaseModel, column: string, metric: MetricName | null): Slices {
  const { comparison, configuration, data } = judged;
  const { task } = comparison;
  const going = runStillGoing(judged);
  if (going !== null) throw new Error(`"${going}" is still ${comparison.state(going)}: wait until it has ended.`);
  const part = partOf(judged);
  const { runs, leftOut } = judgedRuns(judged, model, {
    answersOf: (run) => answersOf(comparison, part, run),
    leftOut: [],
  });
  const [first] = runs;
  if (!first) throw new Error("No run can be judged, so there is nothing to slice.");
  const rows = first.seeds[0]!.examples.map(({ row }) => row);
  const sameRows = runs.filter(({ seeds }) =>
    seeds.every(({ examples }) => `${examples.map(({ row }) => row)}` === `${rows}`),
  );
  const others = runs.filter((run) => !sameRows.includes(run));
  return measureSlices({
    ...{ task, column, part, runs: sameRows, labels: data.labels },
    metric: metric ?? decidingMetric(configuration),
    slices: sliceRows(valuesOf(tableOf(judged), column, rows), tableOf(judged).decimalComma),
    leftOut: [...leftOut, ...others.map(({ run }) => ({ run, why: "it was measured on other rows" }))],
    seed: configuration.training.seed,
  });
}

/** The file that the rows which decide are from. */
function tableOf({ tables: { train, validation, test }, ...judged }: Sliced): Table {
  return (partOf(judged) === "test" ? test : validation) ?? train;
}
