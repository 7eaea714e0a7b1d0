/**
 * BEFT: a trained vector that is added to what frozen linears give, whether they have a bias or
 * not.
 */

import * as z from "zod";
import { replacementOf } from "../base-change";
import { isHead } from "../folder";
import { checkShape, checkTargets, modulesOf } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import { settleTargets, targetOptions, targetSettings, targetsIn, targetsOf, writtenPaths } from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm } from "./form";
import type { StudioSettings } from "./studio";

export interface BeftSettings extends TargetModules {
  readonly type: "BEFT";
}

const schema = z.looseObject(targetSettings);

export type BeftConfig = PeftConfig & z.infer<typeof schema>;

const names = injectedNames("BEFT", { parameters: "beft_bias" });
const BIAS = /\.beft_bias$/;

export const beft: AdapterForm<BeftSettings, BeftConfig, BeftSettings | StudioSettings> = {
  type: "BEFT",
  sentence: "biases that are added to what frozen linear layers give (`BEFT`)",
  layout: peftLayout<BeftConfig>({
    type: "BEFT",
    names,
    schema,
    settle: (config, tensors) => settleTargets(config, tensors, BIAS),
    check(config, tensors) {
      checkTargets(modulesOf(names, tensors, BIAS, "a bias of BEFT"), targetsOf(config));
      for (const tensor of tensors) {
        if (!isHead(tensor.name)) checkShape(names, tensor, [1, tensor.data.length], "a bias of BEFT");
      }
    },
  }),
  config: (settings, site) => ({
    ...commonConfig("BEFT", site),
    init_weights: true,
    modules_to_save: HEADS,
    target_modules: sortedNames(writtenPaths(settings, site)),
  }),
  above: targetsIn,
  writtenAs: (settings, { fanInFanOut }) =>
    fanInFanOut ? { type: "STUDIO", why: "its BEFT is for torch's Linear alone, not for GPT-2's Conv1D." } : settings,
  run: (config) => ({ method: "beft", options: targetOptions(config) }),
  // Where a linear has no bias there is no tensor to change, and merging says so by the tensor's
  // name.
  change: () => (tensor) => {
    const { name, data } = tensor;
    if (!BIAS.test(name)) return replacementOf(tensor);
    const add = (values: Float32Array) => {
      for (let out = 0; out < values.length; out++) values[out]! += data[out]!;
    };
    return [[name.replace(BIAS, ".bias"), add]];
  },
};
