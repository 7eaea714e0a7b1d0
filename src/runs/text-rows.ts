/** The training rows as an answerer from texts learns them. */

import { fillChannel, targetValues } from "../data/channels";
import { formats } from "../data/formats/registry";
import type { EncodedRow } from "../data/tokens";
import type { Answer } from "../data/types";
import type { TextAnswer, TextRows } from "../methods/answerer";
import type { Task } from "../tasks/task";
import type { ComparisonData } from "./rows";

/** What is said of a batch's texts, in a Program: [size, outputs]. */
export const SAID_OF_TEXTS = "said of texts";

export const isTextAnswer = (answer: Answer): answer is TextAnswer =>
  answer === "label" || answer === "labels" || answer === "number";

/** What rows with one label each count for; undefined where they all count the same. */
export function rowWeights(rows: readonly Pick<EncodedRow, "weights">[]): Float32Array | undefined {
  return rows[0]?.weights && Float32Array.from(rows, ({ weights }) => weights![0]!);
}

/**
 * The training rows with what a task answers for them. Throws an Error where that is no text
 * answer.
 */
export function textRows(
  { train, labels: names, scale = null }: Pick<ComparisonData, "train" | "labels" | "scale">,
  task: Task,
): TextRows {
  const { answer } = formats[task.id];
  if (!isTextAnswer(answer)) throw new Error(`${task.title} has no answers that are learned from texts alone.`);
  const outputs = task.outputs(names.length);
  const texts = train.map(({ text = "" }) => text);
  const labels = Int32Array.from(train, (row) => row.labels[0]!);
  const values = new Float32Array(answer === "label" ? 0 : train.length * outputs);
  if (answer !== "label") {
    train.forEach((row, slot) => {
      fillChannel(values, targetValues(outputs, scale), row, slot, outputs);
    });
  }
  const positiveWeights = train[0]?.positiveWeights;
  return { texts, answer, outputs, labels, values, weights: rowWeights(train), positiveWeights };
}
