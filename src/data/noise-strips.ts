/** Training rows as the model reads them once noise has reached its rate, for a person. */

import { createBatchArrays, fillBatch } from "./batches";
import { tokenLabels } from "./channels";
import {
  checkNoiseGroup,
  type NoiseTokenizer,
  type Replaceable,
  TokenNoise,
  type TokenNoiseSettings,
} from "./token-noise";
import type { TokenizedExample } from "./tokens";

interface NoiseStrips {
  readonly settings: TokenNoiseSettings;
  readonly replaceable: Replaceable;
  readonly tokenizer: NoiseTokenizer;
  /** All training rows, among which a group is looked for. */
  readonly rows: readonly Pick<TokenizedExample, "ids" | "labels" | "group">[];
  /** How many of the first are shown; at least one. */
  readonly count: number;
  readonly seed: number;
}

/**
 * The ids of the first rows, those that are replaced in place of their own, as in a batch of these
 * rows after the ramp.
 * @throws Error where the tokenizer has no such token, or no row is of the group
 */
export function noisyIds({ settings, replaceable, tokenizer, rows, count, seed }: NoiseStrips): Int32Array[] {
  checkNoiseGroup(settings, rows);
  const shown = rows.slice(0, count);
  const bucket = shown.reduce((most, { ids }) => Math.max(most, ids.length), 1);
  const arrays = createBatchArrays(shown.length, bucket, [tokenLabels]);
  fillBatch(shown, { rows: [...shown.keys()], bucket }, tokenizer.padId ?? 0, arrays);
  new TokenNoise(settings, replaceable, tokenizer).apply(arrays, shown, { seed, step: 1, steps: 1 });
  return shown.map(({ ids }, slot) => arrays.inputIds.slice(slot * bucket, slot * bucket + ids.length));
}
