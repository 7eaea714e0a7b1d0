/** What the page knows of a comparison, for its report. */

import { dependencies, version } from "../../../package.json";
import { taskMetrics } from "../../tasks/metrics/names";
import type { ReportFacts, ReportFigures, ReportRun } from "../../verdict/report";
import type { Comparison, RunRecord } from "../store/state";

export function reportFacts(comparison: Comparison): ReportFacts {
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
    notices: dataNotices ?? [],
    verdict: verdict ?? null,
    runs: comparison.runs.filter(({ beside }) => !beside).map((run) => reportRun(run, comparison)),
    unequal: unequal ?? [],
  };
}

function reportRun(record: RunRecord, { configuration }: Comparison): ReportRun {
  const { name, methodTitle, learningRate, trainable, state, curves, test } = record;
  const metrics = taskMetrics[configuration.data.task];
  const { steps, evaluations } = curves;
  const figures = (value: (column: "loss" | (typeof metrics)[number]) => number | undefined): ReportFigures => ({
    loss: value("loss") ?? Number.NaN,
    ...Object.fromEntries(metrics.map((metric) => [metric, value(metric)])),
  });
  return {
    ...{ run: name, method: methodTitle, learningRate, state },
    parameters: trainable && (trainable.adapter + trainable.head || null),
    steps: steps.last("step") ?? 0,
    seconds: steps.last("seconds") ?? 0,
    validation: evaluations.length === 0 ? null : figures((column) => evaluations.last(column) ?? undefined),
    test: test ? figures((column) => test[column]) : null,
  };
}
