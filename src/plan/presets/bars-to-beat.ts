/**
 * All bars to beat: what needs no tuning of the model at all. A method that does not get above them
 * has found nothing. The zero-shot prompt is left out: it is only as good as a prompt that somebody
 * has written for the task.
 */

import { headControls, type Preset } from "./preset";

export const barsToBeat: Preset = {
  id: "bars-to-beat",
  title: "All bars to beat",
  summary: "What every method has to beat: nearest neighbours and the fitted head, without a step, and both controls.",
  runs: (facts) => [
    ...(facts.answer === "label"
      ? [
          { name: "Nearest neighbours", method: "nearest-neighbours" },
          { name: "Fitted head", method: "fitted-head" },
        ]
      : []),
    ...headControls(facts),
  ],
};
