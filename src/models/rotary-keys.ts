/** config.json's keys of rotary positions, in the spelling before transformers 5 and since. */

import * as z from "zod";
import { type Rotary, rotarySize } from "./rotary";
import { scaledRotary } from "./rotary-scaling";

const positive = z.number().positive();
const share = positive.max(1);

export const rotarySettings = z.looseObject({
  rope_type: z.string().nullish(),
  /** The older spelling of `rope_type`. */
  type: z.string().nullish(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: share.nullish(),
  factor: positive.nullish(),
  attention_factor: positive.nullish(),
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  truncate: z.boolean().nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  original_max_position_embeddings: z.int().positive().nullish(),
});

export type RotarySettings = z.infer<typeof rotarySettings>;

/** Keys for a family's schema. */
export const rotaryKeys = {
  rope_theta: positive.nullish(),
  partial_rotary_factor: share.nullish(),
  rope_scaling: rotarySettings.nullish(),
  rope_parameters: rotarySettings.nullish(),
};

interface RotaryKeys {
  readonly max_position_embeddings: number;
  readonly rope_theta?: number | null;
  readonly partial_rotary_factor?: number | null;
  readonly rope_scaling?: RotarySettings | null;
  readonly rope_parameters?: RotarySettings | null;
}

/**
 * `standard`: what holds where the file does not say: the share of a head's columns that turn, and
 * theta. Throws as `rotarySize` and `scaledRotary`.
 */
export function readRotary(
  config: RotaryKeys,
  headSize: number,
  standard: { readonly share?: number; readonly theta?: number } = {},
): Rotary {
  const settings: RotarySettings = config.rope_parameters ?? config.rope_scaling ?? {};
  const turning = settings.partial_rotary_factor ?? config.partial_rotary_factor ?? standard.share;
  return scaledRotary(settings.rope_type ?? settings.type ?? "default", {
    size: rotarySize(headSize, turning),
    theta: settings.rope_theta ?? config.rope_theta ?? standard.theta ?? 10000,
    contextLength: config.max_position_embeddings,
    settings,
  });
}
