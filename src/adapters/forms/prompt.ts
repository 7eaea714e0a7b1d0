/** Prompt tuning: embeddings of virtual tokens before the input's, also those that something else was folded into. */

import { peftLayout } from "../peft-layout";
import {
  checkPrompt,
  type PromptLearningConfig,
  promptLearningSchema,
  promptNames,
  promptRun,
  withoutPrompt,
} from "../prompt-learning";
import type { AdapterForm, Origin } from "./form";

export interface PromptSettings {
  readonly type: "PROMPT_TUNING";
  readonly origin: Origin;
  /** What the embeddings started from: a text, words of the vocabulary, or (neither) chance. */
  readonly text?: string;
  readonly startsFromVocabulary?: boolean;
}

const names = promptNames("PROMPT_TUNING");

export const prompt: AdapterForm<PromptSettings, PromptLearningConfig> = {
  type: "PROMPT_TUNING",
  sentence: "vectors put before the input's embeddings (`PROMPT_TUNING`)",
  beforeInput: true,
  layout: peftLayout<PromptLearningConfig>({
    type: "PROMPT_TUNING",
    names,
    schema: promptLearningSchema,
    check: (config, tensors) => checkPrompt(names, config, tensors),
  }),
  run: promptRun,
  withoutCarrier: withoutPrompt,
};
