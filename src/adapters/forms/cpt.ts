/**
 * CPT: as prompt tuning, with the labelled examples' tokens beside their embeddings. PEFT has it
 * for language models alone, and counts the response's tokens only after labelled examples:
 * everything else is written as a prompt.
 */

import * as z from "zod";
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
import type { PromptSettings } from "./prompt";

export interface CptSettings {
  readonly type: "CPT";
  readonly origin: "folded";
  readonly epsilon: number;
  readonly decay: number;
}

const wholeNumbers = z.array(z.int().min(0)).min(1);

const schema = z
  .looseObject({
    ...promptLearningSchema.shape,
    task_type: z.literal("CAUSAL_LM", "CPT is for CAUSAL_LM alone"),
    cpt_token_ids: wholeNumbers,
    cpt_mask: wholeNumbers,
    cpt_tokens_type_mask: wholeNumbers,
    opt_weighted_loss_type: z.enum(["none", "decay"]).default("none"),
    opt_loss_decay_factor: z.number().min(0).default(1),
    opt_projection_epsilon: z.number().min(0).default(0.1),
    opt_projection_format_epsilon: z.number().min(0).default(0.1),
  })
  .refine(
    ({ num_virtual_tokens: count, cpt_token_ids: ids, cpt_mask: mask, cpt_tokens_type_mask: types }) =>
      [ids, mask, types].every(({ length }) => length === count),
    "cpt_token_ids, cpt_mask and cpt_tokens_type_mask must have num_virtual_tokens entries each",
  );

const names = promptNames("CPT");

export const cpt: AdapterForm<CptSettings, PromptLearningConfig, CptSettings | PromptSettings> = {
  type: "CPT",
  sentence: "labelled examples before the input, whose words were moved a little (`CPT`)",
  inShort: () => "`CPT` (language modelling), δ beside it",
  beforeInput: true,
  layout: peftLayout<PromptLearningConfig>({
    type: "CPT",
    names,
    schema,
    floats: ["opt_loss_decay_factor", "opt_projection_epsilon", "opt_projection_format_epsilon"],
    check: (config, tensors) => checkPrompt(names, config, tensors),
  }),
  config: (settings, site) => ({
    ...promptConfig(settings, site),
    cpt_mask: site.textIds.map(() => 1),
    cpt_token_ids: site.textIds,
    cpt_tokens_type_mask: tokenTypes(site.lockedIds),
    opt_loss_decay_factor: settings.decay,
    opt_projection_epsilon: settings.epsilon,
    opt_projection_format_epsilon: settings.epsilon,
    opt_weighted_loss_type: settings.decay < 1 ? "decay" : "none",
    tokenizer_name_or_path: null,
  }),
  writtenAs: (settings, { task, lockedIds }) =>
    task === "CAUSAL_LM" && lockedIds.some(Boolean) ? settings : { type: "PROMPT_TUNING", origin: "folded" },
  change: () => NO_WEIGHT,
  fold: promptTensor,
  run: promptRun,
  withoutCarrier: withoutPrompt,
};

/**
 * PEFT's types of a context's tokens: 4i + 2 for what the ith example says and 4i + 4 for its label
 * (a locked token). What comes after the last label belongs to the last example, since PEFT reads
 * the types of the input from the largest one on. Without any label everything is 2.
 */
export function tokenTypes(locked: readonly boolean[]): number[] {
  const examples = locked.filter((lock, place) => lock && !locked[place + 1]).length;
  let example = 0;
  return locked.map((lock, place) => {
    if (!lock && place > 0 && locked[place - 1]) example++;
    return 4 * (lock ? example : Math.max(0, Math.min(example, examples - 1))) + (lock ? 4 : 2);
  });
}
