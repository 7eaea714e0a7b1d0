/** How far one gets by always saying the commonest label. */

import { quote } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, good, line, percent } from "./facts";

/** From this share on accuracy says little: whoever always says the label is that accurate. */
const SKEWED = 0.7;

/** The commonest label and its share; null where nothing has a label. */
export function majorityOf(labels: readonly string[], counts: readonly number[]) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const most = counts.reduce((best, count, id) => (count > counts[best]! ? id : best), 0);
  const share = counts[most]! / total;
  return { label: labels[most]!, share, isSkewed: share >= SKEWED };
}

/** Of rows with one label, and of words. Of several labels a row has no commonest one. */
export function majority(facts: CheckFacts): CheckLine | null {
  const { answer } = facts.format;
  if (answer !== "label" && answer !== "tags") return null;
  const { labels } = facts.dataset;
  const { training, validation, test } = facts.counts;
  const found = majorityOf(
    labels,
    training.map((count, id) => count + validation[id]! + test[id]!),
  );
  if (!found) return null;
  const named = quote(found.label);
  const share = percent(found.share);
  if (answer === "tags") {
    // Entities are what is counted there, so that nothing has to be set.
    return good(
      facts,
      "majority",
      `The commonest tag is ${named}, with ${share} of the words; runs are compared by entities.`,
    );
  }
  if (!found.isSkewed) {
    return good(
      facts,
      "majority",
      `The commonest label is ${named}, with ${share} of the rows: a run has to be right more often than that.`,
    );
  }
  return line(
    facts,
    {
      id: "majority",
      isGood: false,
      said: `${share} of the rows are ${named}: always saying so is ${share} right. Accuracy hides that; macro F1 counts every label alike.`,
    },
    { actions: [{ kind: "metric", title: "Compare by macro F1", metric: "f1" }] },
  );
}
