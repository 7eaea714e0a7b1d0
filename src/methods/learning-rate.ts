/** The learning rate of a method on a model where none is set. */

import type { ModelConfig } from "../models/family";
import type { Method } from "./method";

/** Methods' own rates are those of papers and PEFT, for hidden sizes from here on. */
const WIDE = 2048;
const LARGEST_FACTOR = 16;
/** Above this, prompts, prefixes and heads swing on small models whatever their width. */
const HIGHEST = 0.01;

/**
 * Peak learning rate: the method's own, raised on models with a hidden size below 2048 as Adam's
 * best rate for a matrix is, inversely to the width (Yang et al. 2022, "Tensor Programs V"): at
 * most 16 times, and never above 0.01 unless its own is. Two significant digits.
 */
export function defaultLearningRate(
  { learningRate }: Pick<Method, "learningRate">,
  { config }: { readonly config: Pick<ModelConfig, "hiddenSize"> },
): number {
  const factor = Math.min(LARGEST_FACTOR, Math.max(1, WIDE / config.hiddenSize));
  return Math.max(learningRate, Math.min(HIGHEST, Number((learningRate * factor).toPrecision(2))));
}
