/**
 * Any number of labels for a text, each present or not, as Hugging Face's
 * `multi_label_classification`.
 */

import { sigmoid } from "../calibration/chances";
import { USUAL_THRESHOLD } from "../calibration/thresholds";
import { positiveWeights, rowLabels, targetValues } from "../data/channels";
import { rowHead, valuesLoss } from "./heads";
import { averageMetrics, binaryCounts } from "./metrics/classification";
import { drawnClasses, drawnShare } from "./metrics/drawn";
import { labelWeightsIn } from "./shares";
import { type Evaluation, missingMetric, type Task } from "./task";

export const multiLabelClassification: Task = {
  id: "multi-label-classification",
  title: "Multi-label classification",
  head: "own",
  peftType: "SEQ_CLS",
  modelClass: "ForSequenceClassification",
  problem: "multi_label_classification",
  labels: rowLabels,
  targets: (labels) => [targetValues(labels)],
  weights: positiveWeights,
  chances: { several: true, labelsOf: ({ values }) => [...values!.keys()].filter((label) => values![label] === 1) },
  outputs: (labels) => labels,
  recorded: (labels) => ({ width: labels, predicted: false }),

  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    const { weighted } = options;
    const { name } = positiveWeights(0);
    const positive = weighted?.has(name) ? name : undefined;
    return { output, loss: valuesLoss(output, "binary", { weights: labelWeightsIn(weighted), positive }) };
  },

  /**
   * `accuracy`: rows whose labels are all right, as scikit-learn's. The others are means over
   * labels (macro).
   */
  measure(evaluation, examples, labels) {
    const predicted = presentLabels(evaluation);
    const right = predicted.filter((row, index) =>
      row.every((on, label) => on === (examples[index]!.values![label] === 1)),
    );
    const truth = examples.map(({ values }) => Array.from(values!, (value) => value === 1));
    const counts = labels.map((_, label) =>
      binaryCounts(
        truth.map((row) => row[label]!),
        predicted.map((row) => row[label]!),
      ),
    );
    return { accuracy: right.length / Math.max(1, examples.length), ...averageMetrics(counts) };
  },

  drawn(metric, evaluation, examples, labels) {
    const named = (on: (label: number) => boolean) => [...labels.keys()].filter(on);
    const present = presentLabels(evaluation);
    const truth = examples.map(({ values }) => named((label) => values![label] === 1));
    const predicted = present.map((row) => named((label) => row[label]!));
    switch (metric) {
      case "accuracy":
        return drawnShare(Uint8Array.from(truth, (own, row) => Number(`${own}` === `${predicted[row]}`)));
      case "f1":
      case "precision":
      case "recall":
        return drawnClasses(metric, { classes: labels.length, truth, predicted }, { occurring: false });
      default:
        return missingMetric(this, metric);
    }
  },

  metricsNote: "F1, precision and recall are means over labels; accuracy counts rows with every label right.",
  figures(evaluation, examples, labels) {
    const predicted = presentLabels(evaluation);
    const rows = labels.map((label, index) => ({
      label,
      ...binaryCounts(
        examples.map(({ values }) => values![index] === 1),
        predicted.map((row) => row[index]!),
      ),
    }));
    return { perClass: { title: "Label", counted: "Rows", rows } };
  },

  truth: "True labels",
  describe({ example, output, labels }) {
    const named = (on: (index: number) => boolean) => labels.filter((_, index) => on(index)).join("; ") || "none";
    return {
      label: named((index) => example.values![index] === 1),
      predicted: named((index) => output[index]! > 0),
      probability: null,
    };
  },
  say: ({ outputs, labels, thresholds }) => ({
    answer: "labels",
    probabilities: labels.map((label, index) => ({
      label,
      probability: sigmoid(outputs[index]!),
      threshold: thresholds?.[index] ?? USUAL_THRESHOLD,
    })),
  }),

  card: () => ({
    what: "A text classifier with several labels",
    further: 'problem_type="multi_label_classification", ',
    pipeline: "text-classification",
    loss: "loss (nats)",
    asks: "row",
    print: "{label: float(p) for label, p in zip(labels, logits.sigmoid())}",
    chances: "sigmoid()",
    remark: "each by itself; above 0.5: present",
  }),
};

/**
 * For every row and label whether it is given: its logit is positive, so its chance is over one
 * half. Where labels have thresholds, logits were moved by them (`calibration/calibration.ts`).
 */
function presentLabels({ outputs }: Evaluation): boolean[][] {
  return outputs.map((logits) => Array.from(logits, (logit) => logit > 0));
}
