/** Prefix tuning: keys (after rotary) and values of virtual tokens in every layer, in one packed tensor. */

import { peftLayout } from "../peft-layout";
import { checkPrompt, type PromptLearningConfig, promptLearningSchema, promptNames } from "../prompt-learning";
import type { AdapterForm, Origin } from "./form";

export interface PrefixSettings {
  readonly type: "PREFIX_TUNING";
  readonly origin: Origin;
  readonly startsAtZero?: boolean;
  /** Hidden size of the MLP that made the prefix in training, where one did; it is not saved. */
  readonly projection?: number;
}

/** Names of the tensors in the model, one layer's keys or values each: [virtualTokens, keyValueHeads · headSize]. */
export const prefixNames = {
  keys: (layer: number) => `prefix.keys.${layer}`,
  values: (layer: number) => `prefix.values.${layer}`,
};

const names = promptNames("PREFIX_TUNING");

export const prefix: AdapterForm<PrefixSettings, PromptLearningConfig> = {
  type: "PREFIX_TUNING",
  sentence: "keys and values put before the input in every layer (`PREFIX_TUNING`)",
  layout: peftLayout<PromptLearningConfig>({
    type: "PREFIX_TUNING",
    names,
    schema: promptLearningSchema,
    check: (config, tensors) => checkPrompt(names, config, tensors, config.num_layers * 2 * config.token_dim),
  }),
};
