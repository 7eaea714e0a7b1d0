/** Where runs answer the same text differently. Not for whether any of them is right. */

import type { Prediction } from "../../worker/api";

/** An answer in words: of labels those that are given, of tags all of them. */
export function saidOf(prediction: Prediction): string {
  switch (prediction.answer) {
    case "label":
      return prediction.label;
    case "labels":
      return (
        prediction.probabilities
          .filter(({ probability, threshold }) => probability > threshold)
          .map(({ label }) => label)
          .join(", ") || "no label"
      );
    case "number":
      return prediction.number.toPrecision(4);
    case "tags":
      return prediction.tags.join(" ");
  }
}

/**
 * The runs whose answer is not the most frequent one; where several are as frequent, none is the
 * rule, and all runs differ. Numbers are never quite the same, so none of those differs.
 */
export function differingRuns(predictions: readonly Prediction[]): string[] {
  if (predictions.some(({ answer }) => answer === "number")) return [];
  const said = predictions.map((prediction) => ({ run: prediction.run, answer: saidOf(prediction) }));
  const counts = new Map<string, number>();
  for (const { answer } of said) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const rule = [...counts].filter(([, count]) => count === most).map(([answer]) => answer);
  if (counts.size < 2) return [];
  return said.flatMap(({ run, answer }) => (rule.length === 1 && answer === rule[0] ? [] : [run]));
}
