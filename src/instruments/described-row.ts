/** A row as a person knows it. Not for what a run says of it. */

import { formats } from "../data/formats/registry";
import type { TokenizedExample } from "../data/tokens";
import type { MeasuredRun } from "./instrument";

/** A row's number, its text, and what is true of it; nothing is where each token has a label. */
export function describeRow({ comparison, data, model }: MeasuredRun, example: TokenizedExample) {
  const { row, ids, labels, values, text = model.tokenizer.decode([...ids]) } = example;
  switch (formats[comparison.task.id].answer) {
    case "labels":
      return { row, text, truth: data.labels.filter((_, label) => values?.[label] === 1).join(", ") || "no label" };
    case "number":
      return { row, text, truth: String(values?.[0] ?? "") };
    case "tags":
    case "text":
      return { row, text, truth: "" };
    default:
      return { row, text, truth: data.labels[labels[0]!] ?? "" };
  }
}
