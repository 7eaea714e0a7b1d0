/**
 * All bars to beat: what needs no tuning of the model at all. A method that does not get above them
 * has found nothing. The zero-shot prompt is left out: it is only as good as a prompt that somebody
 * has written for the task.
 */

import type { Answer } from "../../data/types";
import { headControls, type Preset } from "./preset";

/** What can be answered from the texts alone. */
const TEXT_ANSWERS: readonly Answer[] = ["label", "labels", "number"];

export const barsToBeat: Preset = {
  id: "bars-to-beat",
  title: "All bars to beat",
  summary:
    "What every method has to beat: the largest label, a bag of words, nearest neighbours and the fitted head, without a step, and both controls.",
  runs: (facts) => [
    ...(TEXT_ANSWERS.includes(facts.answer)
      ? [
          { name: "Majority", method: "majority" },
          { name: "Bag of words", method: "bag-of-words" },
        ]
      : []),
    ...(facts.answer === "label"
      ? [
          { name: "Nearest neighbours", method: "nearest-neighbours" },
          { name: "Fitted head", method: "fitted-head" },
        ]
      : []),
    ...headControls(facts),
  ],
};
