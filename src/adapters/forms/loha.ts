/** LoHa: the product, number by number, of two low-rank matrices beside every linear. */

import * as z from "zod";
import { entries, productAt, replacementOf } from "../base-change";
import { CONFIG } from "../folder";
import { checkShape } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import {
  blockSettings,
  checkModules,
  noPattern,
  settleTargets,
  targetOptions,
  targetSettings,
  targetsIn,
  writtenTargets,
} from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";
import type { StudioSettings } from "./studio";

export interface LohaSettings extends TargetModules {
  readonly type: "LOHA";
  readonly rank: number;
  readonly alpha: number;
}

const schema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(8),
  alpha: z.number().default(8),
  rank_pattern: noPattern("ranks", "LoHa"),
  alpha_pattern: noPattern("alphas", "LoHa"),
});

export type LohaConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("LOHA", { parameters: "hada_w[12]_[ab]" });
const FACTOR = /\.hada_w[12]_[ab]$/;
const FIRST = "hada_w1_a";

export const loha: AdapterForm<LohaSettings, LohaConfig, LohaSettings | StudioSettings> = {
  type: "LOHA",
  sentence: "two pairs of low-rank factors beside frozen linear layers (`LOHA`)",
  layout: peftLayout<LohaConfig>({
    type: "LOHA",
    names,
    schema,
    floats: ["module_dropout", "rank_dropout"],
    settle: (config, tensors) => settleTargets(config, tensors, FACTOR),
    check: (config, tensors) =>
      checkModules(names, config, tensors, { suffix: FACTOR, what: "a factor of LoHa" }, (part) => {
        const [up, down] = [part(FIRST), part("hada_w1_b")];
        const rank = `rank ${config.r} (${CONFIG})`;
        checkShape(names, up, [up.shape[0] ?? 0, config.r], rank);
        checkShape(names, down, [config.r, down.shape[1] ?? 0], rank);
        checkShape(names, part("hada_w2_a"), up.shape, "the first pair");
        checkShape(names, part("hada_w2_b"), down.shape, "the first pair");
      }),
  }),
  config: (settings, site) => ({
    ...commonConfig("LOHA", site),
    ...blockSettings(settings),
    alpha: settings.alpha,
    alpha_pattern: {},
    exclude_modules: null,
    init_weights: true,
    module_dropout: 0,
    modules_to_save: HEADS,
    r: settings.rank,
    rank_dropout: 0,
    rank_pattern: {},
    target_modules: sortedNames(writtenTargets(settings.targets, site)),
    use_effective_conv2d: false,
  }),
  above: targetsIn,
  writtenAs: (settings, { fanInFanOut }) =>
    fanInFanOut ? { type: "STUDIO", why: "its LoHa is for torch's Linear alone, not for GPT-2's Conv1D." } : settings,
  run: (config) => ({ method: "loha", options: { ...targetOptions(config), rank: config.r, alpha: config.alpha } }),
  change:
    ({ rank, alpha }) =>
    (tensor, all, base) => {
      const { name } = tensor;
      if (!FACTOR.test(name)) return replacementOf(tensor);
      if (!name.endsWith(FIRST)) return [];
      const path = name.replace(FACTOR, "");
      const [down, otherUp, otherDown] = ["hada_w1_b", "hada_w2_a", "hada_w2_b"].map((part) => {
        const factor = all.get(`${path}.${part}`);
        if (!factor) throw new Error(`"${name}" has no "${path}.${part}" beside it.`);
        return factor;
      });
      const scale = alpha / rank;
      const change = entries(tensor.shape[0]!, base.fanInFanOut, (value, output, input) => {
        const first = productAt(tensor, down!, output, input);
        return value + scale * first * productAt(otherUp!, otherDown!, output, input);
      });
      return [[`${path}.weight`, change]];
    },
};
