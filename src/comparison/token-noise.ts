/** The noise in a comparison's training batches, where its training has any. */

import { checkNoiseGroup, TokenNoise } from "../data/token-noise";
import type { Task } from "../tasks/task";
import type { ComparisonSetup } from "./comparison-setup";

/** @throws Error naming what the tokenizer or the training rows lack. */
export function tokenNoise(
  { training, model, data, divisions = [data] }: Pick<ComparisonSetup, "training" | "model" | "data" | "divisions">,
  { replaceable = "all" }: Pick<Task, "replaceable">,
): TokenNoise | undefined {
  const settings = training.tokenNoise;
  if (!settings) return undefined;
  for (const { train } of divisions) checkNoiseGroup(settings, train);
  return new TokenNoise(settings, replaceable, model.tokenizer);
}
