/** One label for a text or a pair of texts. */

import { rowLabels } from "../data/channels";
import { classLoss, rowHead } from "./heads";
import { accuracy, argmax, confusionMatrix, macroAverage, matthews } from "./metrics/classification";
import type { Evaluation, Task } from "./task";

export const sequenceClassification: Task = {
  id: "sequence-classification",
  title: "Classification",
  peftType: "SEQ_CLS",
  labels: rowLabels,
  outputs: (labels) => labels,
  recorded: (labels) => ({ width: labels, predicted: false }),

  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: classLoss(output) };
  },

  measure(evaluation, examples, labels) {
    const truth = examples.map((example) => example.labels[0]!);
    const confusion = confusionMatrix(truth, predictedClasses(evaluation), labels.length);
    return { accuracy: accuracy(confusion), ...macroAverage(confusion), mcc: matthews(confusion) };
  },
};

/** The most probable class of every row. */
export function predictedClasses({ outputs }: Evaluation): number[] {
  return outputs.map((logits) => argmax(logits, 0, logits.length));
}
