/** Any number of labels for a text, each present or not, as Hugging Face's `multi_label_classification`. */

import { rowLabels, targetValues } from "../data/channels";
import { rowHead, valuesLoss } from "./heads";
import { averageMetrics, binaryCounts } from "./metrics/classification";
import type { Evaluation, Task } from "./task";

export const multiLabelClassification: Task = {
  id: "multi-label-classification",
  title: "Multi-label classification",
  peftType: "SEQ_CLS",
  labels: rowLabels,
  targets: (labels) => [targetValues(labels)],
  outputs: (labels) => labels,
  recorded: (labels) => ({ width: labels, predicted: false }),

  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: valuesLoss(output, "binary") };
  },

  /** `accuracy`: rows whose labels are all right, as scikit-learn's. The others are means over labels (macro). */
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
};

/** For every row and label whether its probability is over one half: its logit is positive. */
export function presentLabels({ outputs }: Evaluation): boolean[][] {
  return outputs.map((logits) => Array.from(logits, (logit) => logit > 0));
}
