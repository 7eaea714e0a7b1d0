/** MiSS: one matrix per linear, which all shards of its inputs share. */

import * as z from "zod";
import { entries, replacementOf } from "../base-change";
import { CONFIG } from "../folder";
import { checkShape } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import {
  blockSettings,
  checkModules,
  settleTargets,
  targetOptions,
  targetSettings,
  targetsIn,
  writtenTargets,
} from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";
import type { StudioSettings } from "./studio";

export interface MissSettings extends TargetModules {
  readonly type: "MISS";
  readonly rank: number;
  readonly dropout: number;
}

const schema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(64),
  miss_dropout: z.number().min(0).lt(1).default(0),
  init_weights: z.boolean('its variants "bat" and "mini" cannot be read').default(true),
  bias: z.literal("none", "trained biases cannot be read beside MiSS").default("none"),
});

export type MissConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("MISS", { parameters: "miss_block" });
const BLOCK = /\.miss_block$/;

export const miss: AdapterForm<MissSettings, MissConfig, MissSettings | StudioSettings> = {
  type: "MISS",
  sentence: "one matrix per frozen linear layer, which all shards of its inputs share (`MISS`)",
  layout: peftLayout<MissConfig>({
    type: "MISS",
    names,
    schema,
    floats: ["miss_dropout"],
    settle: (config, tensors) => settleTargets(config, tensors, BLOCK),
    check: (config, tensors) =>
      checkModules(names, config, tensors, { suffix: BLOCK, what: "a matrix of MiSS" }, (part) => {
        const block = part("miss_block");
        checkShape(names, block, [config.r, block.shape[1] ?? 0], `rank ${config.r} (${CONFIG})`);
      }),
  }),
  config: (settings, site) => ({
    ...commonConfig("MISS", site),
    ...blockSettings(settings),
    bias: "none",
    exclude_modules: null,
    init_weights: true,
    mini_r: 1,
    miss_dropout: settings.dropout,
    modules_to_save: HEADS,
    r: settings.rank,
    target_modules: sortedNames(writtenTargets(settings.targets, site)),
  }),
  above: targetsIn,
  writtenAs: (settings, { fanInFanOut }) =>
    fanInFanOut ? { type: "STUDIO", why: "its MiSS is for torch's Linear alone, not for GPT-2's Conv1D." } : settings,
  run: (config) => ({
    method: "miss",
    options: { ...targetOptions(config), rank: config.r, dropout: config.miss_dropout },
  }),
  change: () => (tensor, _, base) => {
    const { name, shape, data } = tensor;
    if (!BLOCK.test(name)) return replacementOf(tensor);
    const [rank, outputs] = shape as [number, number];
    const change = entries(
      outputs,
      base.fanInFanOut,
      (value, output, input) => value + data[(input % rank) * outputs + output]!,
    );
    return [[name.replace(BLOCK, ".weight"), change]];
  },
};
