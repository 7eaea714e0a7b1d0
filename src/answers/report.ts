/** What an evaluation says in figures: per class, per entity type, and row by row. */

import type { TokenizedExample } from "../data/tokens";
import type { DialState, ReportRow, RunReport } from "../plan/events";
import { bootstrap } from "../tasks/metrics/bootstrap";
import { argmax, binaryCounts, classMetrics, confusionMatrix, softmax } from "../tasks/metrics/classification";
import { entityScores } from "../tasks/metrics/entities";
import { taskMetrics } from "../tasks/metrics/names";
import { presentLabels } from "../tasks/multi-label-classification";
import { predictedClasses } from "../tasks/sequence-classification";
import type { Evaluation, Task } from "../tasks/task";
import { tagSequences } from "../tasks/token-classification";

const WRONGEST = 20;

export interface ReportSource {
  readonly run: string;
  readonly task: Task;
  readonly evaluation: Evaluation;
  readonly examples: readonly TokenizedExample[];
  /** Of every row. */
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  /** Text of a token id, for language tasks. */
  readonly decode: (ids: readonly number[]) => string;
  readonly dial: DialState | null;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** The rows with the largest loss first. */
export function reportEvaluation(source: ReportSource): RunReport {
  const { run, task, evaluation, examples, labels, dial, seed } = source;
  const [main] = taskMetrics[task.id];
  const all = {
    run,
    labels: [...labels],
    metrics: task.measure(evaluation, examples, labels),
    interval: { metric: main, ...bootstrap(task, evaluation, examples, labels, seed) },
    dial,
    wrongest: wrongestRows(source),
  };
  switch (task.id) {
    case "sequence-classification": {
      const truth = examples.map((example) => example.labels[0]!);
      const confusion = confusionMatrix(truth, predictedClasses(evaluation), labels.length);
      const perClass = classMetrics(confusion).map((metrics, index) => ({ label: labels[index]!, ...metrics }));
      return { ...all, task: task.id, confusion, perClass };
    }
    case "multi-label-classification": {
      const predicted = presentLabels(evaluation);
      const perClass = labels.map((label, index) => ({
        label,
        ...binaryCounts(
          examples.map(({ values }) => values![index] === 1),
          predicted.map((row) => row[index]!),
        ),
      }));
      return { ...all, task: task.id, perClass };
    }
    case "regression": {
      const points = examples.map(({ values }, row) => ({
        truth: values![0]!,
        predicted: evaluation.outputs[row]![0]!,
      }));
      return { ...all, task: task.id, points };
    }
    case "token-classification": {
      const { truth, predicted } = tagSequences(evaluation, examples, labels);
      const { perType } = entityScores(truth, predicted);
      return { ...all, task: task.id, perClass: perType.map(({ type, ...metrics }) => ({ label: type, ...metrics })) };
    }
    case "causal-lm":
      return { ...all, task: task.id };
  }
}

function wrongestRows(source: ReportSource): ReportRow[] {
  const { evaluation, examples, texts } = source;
  const mean = evaluation.losses.map((losses, row) => {
    const counted = losses.filter((_, place) => examples[row]!.labels[place]! >= 0);
    return counted.reduce((sum, loss) => sum + loss, 0) / Math.max(1, counted.length);
  });
  const order = [...mean.keys()].sort((a, b) => mean[b]! - mean[a]!).slice(0, WRONGEST);
  return order.map((row) => ({
    row: examples[row]!.row,
    text: texts[row]!,
    loss: mean[row]!,
    ...said(source, row),
  }));
}

/** What is true of a row, what was predicted, and how probable the truth was where that is one number. */
function said(source: ReportSource, row: number): Pick<ReportRow, "label" | "predicted" | "probability"> {
  const { task, evaluation, examples, labels, decode } = source;
  const example = examples[row]!;
  const output = evaluation.outputs[row]!;
  switch (task.id) {
    case "sequence-classification": {
      const label = example.labels[0]!;
      const probability = softmax(output, 0, labels.length)[label]!;
      return { label: labels[label]!, predicted: labels[argmax(output, 0, labels.length)]!, probability };
    }
    case "multi-label-classification": {
      const named = (on: (index: number) => boolean) => labels.filter((_, index) => on(index)).join("; ") || "none";
      return {
        label: named((index) => example.values![index] === 1),
        predicted: named((index) => output[index]! > 0),
        probability: null,
      };
    }
    case "regression":
      return {
        label: `${Number(example.values![0]!.toPrecision(6))}`,
        predicted: output[0]!.toPrecision(4),
        probability: null,
      };
    case "token-classification": {
      const only = { outputs: [output], losses: [] };
      const { truth, predicted } = tagSequences(only, [example], labels);
      return { label: truth[0]!.join(" "), predicted: predicted[0]!.join(" "), probability: null };
    }
    case "causal-lm": {
      const places = [...example.labels.keys()].filter((place) => example.labels[place]! >= 0);
      return {
        label: decode(places.map((place) => example.labels[place]!)),
        predicted: decode(places.map((place) => output[place]!)),
        probability: null,
      };
    }
  }
}
