/** What a run's read-out says about one row, in a person's terms. */

import type { EncodedRow } from "../data/tokens";
import type { TaskId } from "../data/types";
import type { Said } from "../plan/events";
import { argmax, softmax } from "../tasks/metrics/classification";

interface Outputs {
  readonly task: TaskId;
  readonly labels: readonly string[];
  /** The read-out, in the file's units: of the row, or of each of its tokens and perhaps of padding behind them. */
  readonly outputs: Float32Array;
  /** As it was read. */
  readonly row: Pick<EncodedRow, "labels">;
  readonly words: readonly string[];
}

/** @throws Error for language modelling, whose answer is a text to be generated. */
export function sayPrediction({ task, labels, outputs, row, words }: Outputs): Said {
  switch (task) {
    case "sequence-classification": {
      const probabilities = softmax(outputs, 0, labels.length);
      return {
        task,
        label: labels[argmax(outputs, 0, labels.length)]!,
        probabilities: labels.map((label, index) => ({ label, probability: probabilities[index]! })),
      };
    }
    case "multi-label-classification":
      return {
        task,
        probabilities: labels.map((label, index) => ({ label, probability: 1 / (1 + Math.exp(-outputs[index]!)) })),
      };
    case "regression":
      return { task, number: outputs[0]! };
    case "token-classification": {
      const places = [...row.labels.keys()].filter((place) => row.labels[place]! >= 0);
      const tags = places.map((place) => labels[argmax(outputs, place * labels.length, labels.length)]!);
      return { task, words: words.slice(0, tags.length), tags };
    }
    case "causal-lm":
      throw new Error("A language model's answer is a text: generate it.");
  }
}
