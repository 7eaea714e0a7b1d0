/** HiRA: low-rank factors whose product scales the entries of a linear's weight. */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
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

export interface HiraSettings extends TargetModules {
  readonly type: "HIRA";
  readonly rank: number;
  readonly dropout: number;
}

const schema = z.looseObject({
  ...targetSettings,
  r: z.int().min(1).default(32),
  hira_dropout: z.number().min(0).lt(1).default(0),
  rank_pattern: noPattern("ranks", "HiRA"),
});

export type HiraConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("HIRA", { parameters: "hira_[AB]" });
const FACTOR = /\.hira_[AB]$/;

export const hira: AdapterForm<HiraSettings, HiraConfig> = {
  type: "HIRA",
  sentence: "low-rank factors whose product scales the weights of frozen linear layers (`HIRA`)",
  layout: peftLayout<HiraConfig>({
    type: "HIRA",
    names,
    schema,
    floats: ["hira_dropout"],
    settle: (config, tensors) => settleTargets(config, tensors, FACTOR),
    check: (config, tensors) =>
      checkModules(names, config, tensors, { suffix: FACTOR, what: "a factor of HiRA" }, (part) => {
        const [a, b] = [part("hira_A"), part("hira_B")];
        checkShape(names, a, [config.r, a.shape[1] ?? 0], `rank ${config.r} (${CONFIG})`);
        checkShape(names, b, [b.shape[0] ?? 0, config.r], `rank ${config.r} (${CONFIG})`);
      }),
  }),
  config: (settings, site) => ({
    ...commonConfig("HIRA", site),
    ...blockSettings(settings),
    exclude_modules: null,
    fan_in_fan_out: site.fanInFanOut,
    hira_dropout: settings.dropout,
    init_weights: true,
    modules_to_save: HEADS,
    r: settings.rank,
    rank_pattern: {},
    target_modules: sortedNames(writtenTargets(settings.targets, site)),
  }),
  above: targetsIn,
  run: (config) => ({
    method: "hira",
    options: { ...targetOptions(config), rank: config.r, dropout: config.hira_dropout },
  }),
  change: () => (tensor, all, base) => {
    const { name } = tensor;
    if (!FACTOR.test(name)) return replacementOf(tensor);
    if (name.endsWith("_B")) return [];
    const path = name.replace(FACTOR, "");
    const up: NamedTensor | undefined = all.get(`${path}.hira_B`);
    if (!up) throw new Error(`"${name}" has no "${path}.hira_B" beside it.`);
    const change = entries(
      up.shape[0]!,
      base.fanInFanOut,
      (value, output, input) => value * (1 + productAt(up, tensor, output, input)),
    );
    return [[`${path}.weight`, change]];
  },
};
