/** A number for a text or a pair of texts: mean squared error, as Hugging Face's `regression`. */

import { rowLabels, targetValues } from "../data/channels";
import { rowHead, valuesLoss } from "./heads";
import { meanAbsoluteError, pearson, rootMeanSquaredError, spearman } from "./metrics/correlation";
import { drawnPearson, drawnQuotient, drawnSpearman } from "./metrics/drawn";
import { labelWeightsIn } from "./shares";
import { missingMetric, type Task } from "./task";

export const regression: Task = {
  id: "regression",
  title: "Regression",
  head: "own",
  peftType: "SEQ_CLS",
  modelClass: "ForSequenceClassification",
  problem: "regression",
  labels: rowLabels,
  targets: (_, scale) => [targetValues(1, scale)],
  outputs: () => 1,
  recorded: () => ({ width: 1, predicted: false }),

  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: valuesLoss(output, "squared", { weights: labelWeightsIn(options.weighted) }) };
  },

  measure({ outputs }, examples) {
    const truth = examples.map(({ values }) => values![0]!);
    const predicted = outputs.map(([value]) => value!);
    return {
      pearson: pearson(truth, predicted),
      spearman: spearman(truth, predicted),
      rmse: rootMeanSquaredError(truth, predicted),
      mae: meanAbsoluteError(truth, predicted),
    };
  },

  drawn(metric, { outputs }, examples) {
    const truth = Float64Array.from(examples, ({ values }) => values![0]!);
    const predicted = Float64Array.from(outputs, ([value]) => value!);
    const errors = truth.map((value, row) => value - predicted[row]!);
    const rows = new Uint8Array(truth.length).fill(1);
    switch (metric) {
      case "spearman":
        return drawnSpearman(truth, predicted);
      case "pearson":
        return drawnPearson(truth, predicted);
      case "rmse":
        return drawnQuotient(
          errors.map((error) => error ** 2),
          rows,
          { finish: Math.sqrt },
        );
      case "mae":
        return drawnQuotient(errors.map(Math.abs), rows);
      default:
        return missingMetric(this, metric);
    }
  },

  metricsNote: "RMSE and MAE are in the file's units.",
  figures: ({ outputs }, examples) => ({
    points: examples.map(({ values }, row) => ({ truth: values![0]!, predicted: outputs[row]![0]! })),
  }),

  truth: "True number",
  describe: ({ example, output }) => ({
    label: `${Number(example.values![0]!.toPrecision(6))}`,
    predicted: output[0]!.toPrecision(4),
    probability: null,
  }),
  say: ({ outputs }) => ({ answer: "number", number: outputs[0]! }),

  card(scale) {
    const { mean, deviation } = scale!;
    return {
      what: "A model that gives a text a number",
      size: 'num_labels=1, problem_type="regression", ',
      pipeline: "text-classification",
      loss: "loss (squared error over the variance of the training rows)",
      asks: "row",
      print: `float(logits[0]) * ${deviation} + ${mean}`,
      note: [
        `The head was trained on numbers less their mean ${mean} over their standard deviation ${deviation}; the code turns`,
        "what it says back.",
      ],
    };
  },
};
