/**
 * CPT: as prompt tuning, with the labelled examples' tokens beside their embeddings. PEFT has it for language models alone,
 * and counts the response's tokens only behind labelled examples: everything else is written as a prompt.
 */

import * as z from "zod";
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

export const cpt: AdapterForm<CptSettings, PromptLearningConfig> = {
  type: "CPT",
  sentence: "labelled examples before the input, whose words were moved a little (`CPT`)",
  beforeInput: true,
  layout: peftLayout<PromptLearningConfig>({
    type: "CPT",
    names,
    schema,
    check: (config, tensors) => checkPrompt(names, config, tensors),
  }),
  run: promptRun,
  withoutCarrier: withoutPrompt,
};
