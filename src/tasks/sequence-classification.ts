/** One label for a text or a pair of texts. */

import { labelWeights, rowLabels } from "../data/channels";
import { classLoss, classWeighing, rowHead } from "./heads";
import {
  accuracy,
  argmax,
  classMetrics,
  confusionMatrix,
  macroAverage,
  matthews,
  softmax,
} from "./metrics/classification";
import { drawnClasses, drawnShare } from "./metrics/drawn";
import { type Evaluation, missingMetric, type Task } from "./task";

export const sequenceClassification: Task = {
  id: "sequence-classification",
  title: "Classification",
  head: "own",
  peftType: "SEQ_CLS",
  modelClass: "ForSequenceClassification",
  problem: "single_label_classification",
  labels: rowLabels,
  weights: () => labelWeights(rowLabels),
  chances: { several: false, labelsOf: ({ labels }) => [labels[0]!] },
  outputs: (labels) => labels,
  recorded: (labels) => ({ width: labels, predicted: false }),

  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: classLoss(output, classWeighing(options, states)) };
  },

  measure(evaluation, examples, labels) {
    const truth = examples.map((example) => example.labels[0]!);
    const confusion = confusionMatrix(truth, predictedClasses(evaluation), labels.length);
    return { accuracy: accuracy(confusion), ...macroAverage(confusion), mcc: matthews(confusion) };
  },

  drawn(metric, evaluation, examples, labels) {
    const truth = examples.map((example) => example.labels[0]!);
    const predicted = predictedClasses(evaluation);
    switch (metric) {
      case "accuracy":
        return drawnShare(Uint8Array.from(truth, (label, row) => Number(label === predicted[row])));
      case "f1":
      case "precision":
      case "recall":
      case "mcc": {
        const each = (classes: readonly number[]) => classes.map((label) => [label]);
        const rows = { classes: labels.length, truth: each(truth), predicted: each(predicted) };
        return drawnClasses(metric, rows, { occurring: true });
      }
      default:
        return missingMetric(this, metric);
    }
  },

  metricsNote: "F1, precision and recall are means over classes.",
  figures(evaluation, examples, labels) {
    const truth = examples.map((example) => example.labels[0]!);
    const confusion = confusionMatrix(truth, predictedClasses(evaluation), labels.length);
    const rows = classMetrics(confusion).map((metrics, index) => ({ label: labels[index]!, ...metrics }));
    return { confusion, perClass: { title: "Class", counted: "Rows", rows } };
  },

  truth: "True label",
  describe({ example, output, labels }) {
    const label = example.labels[0]!;
    const probability = softmax(output, 0, labels.length)[label]!;
    return { label: labels[label]!, predicted: labels[argmax(output, 0, labels.length)]!, probability };
  },
  say({ outputs, labels }) {
    const probabilities = softmax(outputs, 0, labels.length);
    return {
      answer: "label",
      label: labels[argmax(outputs, 0, labels.length)]!,
      probabilities: labels.map((label, index) => ({ label, probability: probabilities[index]! })),
    };
  },

  card: () => ({
    what: "A text classifier",
    pipeline: "text-classification",
    loss: "loss (nats)",
    asks: "row",
    print: "labels[int(logits.argmax())], logits.softmax(-1).tolist()",
    chances: "softmax(-1)",
    inAdapterHub: true,
  }),
};

/** The most probable class of every row. */
function predictedClasses({ outputs }: Evaluation): number[] {
  return outputs.map((logits) => argmax(logits, 0, logits.length));
}
