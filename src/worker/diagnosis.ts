/** Gathers what a diagnosis goes by from a comparison, its data and its history. The rules: `answers/diagnosis.ts`. */

import type { DiagnosisFacts } from "../answers/diagnosis";
import type { BaseModel } from "../base/base-model";
import { meanWordNorm } from "../base/norms";
import type { Comparison } from "../comparison/comparison";
import { formats } from "../data/formats/registry";
import type { Executor } from "../executors/executor";
import type { History } from "../instruments/history";
import { defaultLearningRate } from "../methods/learning-rate";
import type { RunReport } from "../plan/events";
import type { DatasetStore } from "./dataset-store";

export interface DiagnosisSources {
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly comparison: Comparison;
  readonly history: History;
  readonly data: DatasetStore["data"];
}

/** @throws Error if there is no such run. */
export async function diagnosisFacts(
  { executor, model, comparison, history, data }: DiagnosisSources,
  name: string,
): Promise<DiagnosisFacts> {
  const run = comparison.run(name);
  const { method, learningRate, gradClip } = run.setup;
  const past = history.of(name);
  const { trainTokens, dataset, settings } = data;
  const rowTokens = trainTokens.reduce((sum, { ids }) => sum + ids.length, 0) / trainTokens.length;
  const text = run.context.textIds.length;
  return {
    learningRate,
    defaultLearningRate: method.trains ? defaultLearningRate(method, model) : learningRate,
    gradClip,
    stepsPerEpoch: comparison.stepsPerEpoch,
    ...past,
    gradients: past.losses.length === 0 ? [] : await comparison.gradientNorms(name),
    embeddings: run.startNorm === null ? null : { start: run.startNorm, table: await meanWordNorm(executor, model) },
    rows: {
      train: trainTokens.length,
      truncated: trainTokens.filter(({ truncated }) => truncated).length,
      maxLength: settings.maxLength,
    },
    text: text === 0 ? null : { tokens: text, rowTokens },
    classes:
      formats[comparison.task.id].answer === "label"
        ? classFacts(
            dataset.labels,
            trainTokens.map(({ labels }) => labels[0]!),
            past.evaluations.length === 0 ? null : comparison.report(name),
          )
        : null,
  };
}

function classFacts(
  labels: readonly string[],
  rows: readonly number[],
  report: RunReport | null,
): DiagnosisFacts["classes"] {
  const counts = labels.map((_, label) => rows.filter((row) => row === label).length);
  return { labels, counts, confusion: report?.confusion ?? [] };
}
