/** A number for a text or a pair of texts: mean squared error, as Hugging Face's `regression`. */

import { rowLabels, targetValues } from "../data/channels";
import { rowHead, valuesLoss } from "./heads";
import { meanAbsoluteError, pearson, rootMeanSquaredError, spearman } from "./metrics/correlation";
import type { Task } from "./task";

export const regression: Task = {
  id: "regression",
  title: "Regression",
  peftType: "SEQ_CLS",
  labels: rowLabels,
  targets: (_, scale) => [targetValues(1, scale)],
  outputs: () => 1,
  recorded: () => ({ width: 1, predicted: false }),

  readOut(program, states, options) {
    const output = rowHead(program, states, options);
    return { output, loss: valuesLoss(output, "squared") };
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
};
