/**
 * DeLoRA: low-rank factors of which only the directions count, one strength, and the norms of the
 * weight that the update is scaled by.
 */

import * as z from "zod";
import { entries } from "../base-change";
import { CONFIG } from "../folder";
import type { TargetModules } from "../target-modules";
import { noPattern } from "../target-settings";
import { targetForm } from "./target-form";

export interface DeloraSettings extends TargetModules {
  readonly type: "DELORA";
  readonly rank: number;
  /** What the strength begins as. */
  readonly strength: number;
  readonly dropout: number;
}

/** What a direction's length counts as at least. */
export const LEAST_LENGTH = 1e-4;

const schema = {
  r: z.int().min(1).default(8),
  delora_lambda: z.number().default(15),
  module_dropout: z.number().min(0).lt(1).default(0),
  rank_pattern: noPattern("ranks", "DeLoRA"),
  lambda_pattern: noPattern("strengths", "DeLoRA"),
  bias: z.literal("none", "trained biases cannot be read beside DeLoRA").default("none"),
};

export const delora = targetForm<DeloraSettings, typeof schema>({
  type: "DELORA",
  method: "delora",
  title: "DeLoRA",
  what: "a tensor of DeLoRA",
  sentence: "low-rank directions and a strength of their sum beside frozen linear layers (`DELORA`)",
  tensors: "delora_(?:A|B|lambda|w_norm)",
  first: "delora_A",
  schema,
  floats: ["module_dropout"],
  linearOnly: true,
  check({ r }, module) {
    const down = module.shaped("delora_A", [r, null], `rank ${r} (${CONFIG})`);
    module.shaped("delora_B", [null, r], `rank ${r} (${CONFIG})`);
    module.shaped("delora_lambda", [1], "one strength for each layer");
    module.shaped("delora_w_norm", [down.shape[1]!], "one norm for each input of delora_A");
  },
  written: ({ rank, strength, dropout }) => ({
    bias: "none",
    delora_lambda: strength,
    exclude_modules: null,
    init_weights: true,
    lambda_pattern: {},
    module_dropout: dropout,
    r: rank,
    rank_pattern: {},
  }),
  options: ({ r: rank, delora_lambda: strength, module_dropout: dropout }) => ({ rank, strength, dropout }),
  change({ rank }, { part }, { fanInFanOut }) {
    const [{ data: down }, { data: up, shape }] = [part("delora_A"), part("delora_B")];
    const [{ data: strength }, { data: norms }] = [part("delora_lambda"), part("delora_w_norm")];
    const [outputs, inputs] = [shape[0]!, norms.length];
    const length = (count: number, number: (at: number) => number) => {
      let sum = 0;
      for (let at = 0; at < count; at++) sum += number(at) ** 2;
      return Math.max(LEAST_LENGTH, Math.sqrt(sum));
    };
    const factors = Array.from({ length: rank }, (_, inner) => {
      const lengths =
        length(inputs, (input) => down[inner * inputs + input]!) * length(outputs, (out) => up[out * rank + inner]!);
      return strength[0]! / rank / lengths;
    });
    return entries(outputs, fanInFanOut, (value, output, input) => {
      let sum = 0;
      for (let inner = 0; inner < rank; inner++) {
        sum += factors[inner]! * up[output * rank + inner]! * down[inner * inputs + input]!;
      }
      return value + sum * norms[input]!;
    });
  },
});
