/**
 * Prompt tuning: embeddings of virtual tokens before the input's, also those that something else
 * was folded into.
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
  inShort: ({ origin }) => (origin === "folded" ? "`PROMPT_TUNING`, F beside it" : "`PROMPT_TUNING`"),
  beforeInput: true,
  layout: peftLayout<PromptLearningConfig>({
    type: "PROMPT_TUNING",
    names,
    schema: promptLearningSchema,
    check: (config, tensors) => checkPrompt(names, config, tensors),
  }),
  config(settings, site) {
    const { text = null, startsFromVocabulary } = settings;
    const withoutText = startsFromVocabulary ? "SAMPLE_VOCAB" : "RANDOM";
    return {
      ...promptConfig(settings, site),
      prompt_tuning_init: text === null ? withoutText : "TEXT",
      prompt_tuning_init_text: text,
      tokenizer_kwargs: null,
      tokenizer_name_or_path: text === null ? null : site.baseModel,
    };
  },
  change: () => NO_WEIGHT,
  fold: promptTensor,
  run: promptRun,
  withoutCarrier: withoutPrompt,
};
