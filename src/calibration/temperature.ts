/**
 * Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks"): the one number
 * that a run's logits are divided by so that the true labels are least surprising. For one label a
 * row the surprise is the cross-entropy, for several the binary cross-entropy of every label.
 */

import { chancesOf, sigmoid } from "./chances";
import type { LabelledLogits } from "./labelled-logits";

/** Temperatures that are looked at. */
export const LOWEST_TEMPERATURE = 0.01;
export const HIGHEST_TEMPERATURE = 100;
/** The temperature is known to this share of itself. */
const PRECISION = 1e-12;

export type FittedTemperature =
  | { readonly temperature: number }
  /**
   * There is no lowest loss within the bounds: it falls as far as the lowest temperature (every row
   * is right, so that more certain is always better), or as far as the highest (the logits say
   * nothing of the labels, or the wrong thing).
   */
  | { readonly without: "lowest" | "highest" };

/**
 * The temperature T with the lowest mean loss of logits / T. The loss is convex in 1 / T, so its
 * slope has one zero at most, which is bracketed and halved: no start and no step size to choose.
 */
export function fitTemperature(rows: LabelledLogits): FittedTemperature {
  let low = 1 / HIGHEST_TEMPERATURE;
  let high = 1 / LOWEST_TEMPERATURE;
  if (!(slope(rows, low) < 0)) return { without: "highest" };
  if (!(slope(rows, high) > 0)) return { without: "lowest" };
  while (high / low > 1 + PRECISION) {
    const middle = Math.sqrt(low * high);
    if (slope(rows, middle) < 0) low = middle;
    else high = middle;
  }
  return { temperature: 1 / Math.sqrt(low * high) };
}

/**
 * Of the summed loss over 1 / T. Each term is what pulls to one side alone, so that rows which are
 * all right add up to no more than 0 in floating point, too.
 */
function slope({ several, logits, truth }: LabelledLogits, inverse: number): number {
  const temperature = 1 / inverse;
  let sum = 0;
  logits.forEach((row, index) => {
    if (several) {
      for (let label = 0; label < row.length; label++) {
        // The chance that what is true is not said, against the logit of saying it.
        const logit = truth[index]!.includes(label) ? -row[label]! : row[label]!;
        sum += sigmoid(logit / temperature) * logit;
      }
      return;
    }
    const own = row[truth[index]![0]!]!;
    chancesOf(row, { several, temperature }).forEach((chance, label) => {
      // A label that was ruled out has the logit −∞ and no say.
      if (chance > 0) sum += chance * (row[label]! - own);
    });
  });
  return sum;
}
