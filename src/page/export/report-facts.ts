/** What the page knows of a comparison, for its report and its log files. */

import { dependencies, version } from "../../../package.json";
import type { ReportCurves, ReportFacts, ReportFigures, ReportRun, RowTable } from "../../report/facts";
import { taskMetrics } from "../../tasks/metrics/names";
import type { RunCurves } from "../curves/run-curves";
import { lastFigure } from "../store/last-figure";
import type { Comparison, RunRecord } from "../store/state";

/** @param rows Null: nothing of a row is to be in the report. */
export function reportFacts(comparison: Comparison, rows: readonly RowTable[] | null = null): ReportFacts {
  const { configuration, dataTitle, modelName, startedAt, executor, dataFiles, parts, dataNotices, verdict, unequal } =
    comparison;
  return {
    configuration,
    data: dataTitle,
    model: modelName,
    started: new Date(startedAt),
    device: executor === undefined ? null : executor === "processor" ? "the processor" : "the graphics card",
    versions: { studio: version, "onnxruntime-web": dependencies["onnxruntime-web"] },
    files: dataFiles ?? [],
    parts: parts ?? null,
    labels: comparison.dataLabels ?? [],
    notices: dataNotices ?? [],
    check: comparison.dataCheck ?? [],
    identity: comparison.identity ?? null,
    verdict: verdict ?? null,
    runs: comparison.runs.filter(({ beside }) => !beside).map((run) => reportRun(run, comparison)),
    unequal: unequal ?? [],
    failures: failuresOf(comparison),
    rows,
  };
}

function failuresOf({ state, reason, step, steps }: Comparison): string[] {
  if (state === "failed") return [`The comparison failed${reason === null ? "" : `: ${reason.replace(/\.$/, "")}`}.`];
  if (state !== "stopped") return [];
  return [`The comparison was stopped after ${step} of ${steps} steps${reason === null ? "" : `: ${reason}`}.`];
}

function reportRun(record: RunRecord, comparison: Comparison): ReportRun {
  const { name, variant, methodTitle, learningRate, trainable, state, reason, curves, test } = record;
  const metrics = taskMetrics[comparison.configuration.data.task];
  const { steps, evaluations } = curves;
  const figures = (value: (column: "loss" | (typeof metrics)[number]) => number | undefined): ReportFigures => ({
    loss: value("loss") ?? Number.NaN,
    ...Object.fromEntries(metrics.map((metric) => [metric, value(metric)])),
  });
  return {
    ...{ run: name, group: variant.group, look: record.slot, method: methodTitle, learningRate, state, reason },
    parameters: trainable && (trainable.adapter + trainable.head || null),
    steps: steps.last("step") ?? 0,
    seconds: steps.last("seconds") ?? 0,
    validation: evaluations.length === 0 ? null : figures((column) => lastFigure(record, column) ?? undefined),
    test: test ? figures((column) => test[column]) : null,
    curves: reportCurves(curves, metrics),
  };
}

function reportCurves(
  { steps, evaluations }: RunCurves,
  metrics: (typeof taskMetrics)[keyof typeof taskMetrics],
): ReportCurves {
  const step = (["step", "epoch", "loss", "learningRate", "gradNorm", "tokens", "seconds"] as const).map(
    (name) => [name, steps.column(name)] as const,
  );
  const evaluation = (["step", "seconds", "loss", ...metrics] as const).map(
    (name) => [name, evaluations.column(name)] as const,
  );
  const rows = <Point>(columns: readonly (readonly [string, Float64Array])[], length: number) =>
    Array.from(
      { length },
      (_, index) => Object.fromEntries(columns.map(([name, values]) => [name, values[index]!])) as Point,
    );
  return {
    steps: rows<ReportCurves["steps"][number]>(step, steps.length),
    evaluations: rows<ReportCurves["evaluations"][number]>(evaluation, evaluations.length),
  };
}
