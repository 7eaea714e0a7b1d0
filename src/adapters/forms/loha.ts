/** LoHa: the product, number by number, of two low-rank matrices beside every linear. */

import * as z from "zod";
import { entries, productAt } from "../base-change";
import { CONFIG } from "../folder";
import type { TargetModules } from "../target-modules";
import { noPattern } from "../target-settings";
import { targetForm } from "./target-form";

export interface LohaSettings extends TargetModules {
  readonly type: "LOHA";
  readonly rank: number;
  readonly alpha: number;
}

const schema = {
  r: z.int().min(1).default(8),
  alpha: z.number().default(8),
  rank_pattern: noPattern("ranks", "LoHa"),
  alpha_pattern: noPattern("alphas", "LoHa"),
};

export const loha = targetForm<LohaSettings, typeof schema>({
  type: "LOHA",
  method: "loha",
  title: "LoHa",
  what: "a factor of LoHa",
  sentence: "two pairs of low-rank factors beside frozen linear layers (`LOHA`)",
  tensors: "hada_w[12]_[ab]",
  first: "hada_w1_a",
  schema,
  floats: ["module_dropout", "rank_dropout"],
  linearOnly: true,
  check({ r }, module) {
    const up = module.shaped("hada_w1_a", [null, r], `rank ${r} (${CONFIG})`);
    const down = module.shaped("hada_w1_b", [r, null], `rank ${r} (${CONFIG})`);
    module.shaped("hada_w2_a", up.shape, "the first pair");
    module.shaped("hada_w2_b", down.shape, "the first pair");
  },
  written: ({ rank, alpha }) => ({
    alpha,
    alpha_pattern: {},
    exclude_modules: null,
    init_weights: true,
    module_dropout: 0,
    r: rank,
    rank_dropout: 0,
    rank_pattern: {},
    use_effective_conv2d: false,
  }),
  options: ({ r: rank, alpha }) => ({ rank, alpha }),
  change({ rank, alpha }, { part }, { fanInFanOut }) {
    const [up, down] = [part("hada_w1_a"), part("hada_w1_b")];
    const [otherUp, otherDown] = [part("hada_w2_a"), part("hada_w2_b")];
    return entries(up.shape[0]!, fanInFanOut, (value, output, input) => {
      const first = productAt(up, down, output, input);
      return value + (alpha / rank) * first * productAt(otherUp, otherDown, output, input);
    });
  },
});
