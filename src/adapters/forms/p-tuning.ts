/**
 * P-tuning: embeddings of virtual tokens that a small encoder made in training; its output is what
 * is saved.
 */

import { peftLayout } from "../peft-layout";
import {
  checkPrompt,
  NO_WEIGHT,
  type PromptLearningConfig,
  promptConfig,
  promptLearningSchema,
  promptNames,
  promptRun,
  promptTensor,
  withoutPrompt,
} from "../prompt-learning";
import type { AdapterForm } from "./form";

export interface PTuningSettings {
  readonly type: "P_TUNING";
  readonly origin: "encoder";
  /** The encoder's hidden size, kind and number of layers. */
  readonly hidden: number;
  readonly encoder: "MLP" | "LSTM";
  readonly layers: number;
}

const names = promptNames("P_TUNING");

export const pTuning: AdapterForm<PTuningSettings, PromptLearningConfig> = {
  type: "P_TUNING",
  sentence: "vectors put before the input's embeddings, made by a small encoder in training (`P_TUNING`)",
  beforeInput: true,
  layout: peftLayout<PromptLearningConfig>({
    type: "P_TUNING",
    names,
    schema: promptLearningSchema,
    floats: ["encoder_dropout"],
    check: (config, tensors) => checkPrompt(names, config, tensors),
  }),
  config: (settings, site) => ({
    ...promptConfig(settings, site),
    encoder_dropout: 0,
    encoder_hidden_size: settings.hidden,
    // PEFT ignores the number of layers of an MLP, and writes 2.
    encoder_num_layers: settings.layers,
    encoder_reparameterization_type: settings.encoder,
  }),
  change: () => NO_WEIGHT,
  fold: promptTensor,
  run: promptRun,
  withoutCarrier: withoutPrompt,
};
