/** config.json's keys of unscaled rotary positions, in the spelling before transformers 5 and since. */

import * as z from "zod";
import { plainRotary, type Rotary, rotarySize } from "./rotary";

const share = z.number().positive().max(1);

/** Keys for a family's schema. */
export const rotaryKeys = {
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: share.optional(),
  rope_scaling: z.null("is not supported for this family; only unscaled rotary positions are").optional(),
  rope_parameters: z
    .looseObject({
      rope_type: z.literal("default").optional(),
      rope_theta: z.number().positive().optional(),
      partial_rotary_factor: share.optional(),
    })
    .nullish(),
};

interface RotaryKeys {
  readonly rope_theta?: number;
  readonly partial_rotary_factor?: number;
  readonly rope_parameters?: { readonly rope_theta?: number; readonly partial_rotary_factor?: number } | null;
}

/** `standard`: the share of a head's columns that turn where the file does not say. Throws as `rotarySize`. */
export function readRotary(config: RotaryKeys, headSize: number, standard: number): Rotary {
  const { rope_theta, partial_rotary_factor, rope_parameters } = config;
  const turning = rope_parameters?.partial_rotary_factor ?? partial_rotary_factor ?? standard;
  const theta = rope_parameters?.rope_theta ?? rope_theta ?? 10000;
  return plainRotary(rotarySize(headSize, turning), theta);
}
