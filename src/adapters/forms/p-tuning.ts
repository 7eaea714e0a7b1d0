/** P-tuning: embeddings of virtual tokens that a small encoder made in training; its output is what is saved. */

import { peftLayout } from "../peft-layout";
import {
  checkPrompt,
  type PromptLearningConfig,
  promptLearningSchema,
  promptNames,
  promptRun,
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
    check: (config, tensors) => checkPrompt(names, config, tensors),
  }),
  run: promptRun,
  withoutCarrier: withoutPrompt,
};
