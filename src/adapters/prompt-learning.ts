/** What the forms share whose folder is one tensor before the input: PEFT's prompt learning. */

import * as z from "zod";
import type { NamedTensor } from "../hub/write-safetensors";
import { CONFIG, isHead, MODEL } from "./folder";
import type { AnySettings, FormRun, Front, Origin, WritingSite } from "./forms/form";
import { checkShape, tensorNamed } from "./module-checks";
import { commonConfig, type PeftConfig } from "./peft-config";
import { besideNames, type TensorNames } from "./tensor-names";

/** The one tensor besides the head. */
export const PROMPT_EMBEDDINGS = "prompt_embeddings";

export const promptNames = (type: string): TensorNames => besideNames(type, PROMPT_EMBEDDINGS);

export const promptLearningSchema = z.looseObject({
  num_virtual_tokens: z.int().min(1),
  token_dim: z.int().min(1),
  num_layers: z.int().min(1),
  num_transformer_submodules: z.literal(1).default(1),
});

export type PromptLearningConfig = PeftConfig & z.infer<typeof promptLearningSchema>;

/**
 * What the configurations have in common. One that was folded into the form PEFT never wrapped, so
 * that its head is not listed under `modules_to_save` (PEFT adds it on loading).
 */
export function promptConfig(
  { type, origin }: AnySettings & { readonly origin: Origin },
  site: WritingSite,
  { heads, tokenSize }: { heads: number; tokenSize: number } = { heads: site.heads, tokenSize: site.hiddenSize },
): PromptLearningConfig {
  return {
    ...commonConfig(type, site),
    // PEFT adds its two head names twice to a prompt-learning configuration.
    modules_to_save: origin === "folded" ? null : ["classifier", "classifier", "score", "score"],
    num_attention_heads: heads,
    num_layers: site.layers,
    num_transformer_submodules: 1,
    num_virtual_tokens: site.virtualTokens,
    token_dim: tokenSize,
  };
}

/** The prompt, as the folder's one tensor. */
export const promptTensor = ({ prompt }: Front, { virtualTokens, hiddenSize }: WritingSite): NamedTensor[] => [
  { name: PROMPT_EMBEDDINGS, shape: [virtualTokens, hiddenSize], data: prompt! },
];

/** Why there is no merged model. */
export const NO_WEIGHT = "puts virtual tokens beside the input: there is no weight that they could be added to.";

/** A free prompt reads what any encoder made. */
export const promptRun = ({ num_virtual_tokens: virtualTokens }: PromptLearningConfig): FormRun => ({
  method: "prompt",
  options: { virtualTokens },
});

/** Without the embeddings that carry the head of a run that trains nothing else: a hard text's. */
export const withoutPrompt = (tensors: readonly NamedTensor[]) =>
  tensors.filter(({ name }) => name !== PROMPT_EMBEDDINGS);

/**
 * Checks that there is the prompt, or the packed prefix, and nothing else but the head.
 * @param width of a virtual token's row.
 * @throws Error naming the tensor.
 */
export function checkPrompt(
  names: TensorNames,
  config: PromptLearningConfig,
  tensors: readonly NamedTensor[],
  width = config.token_dim,
): void {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const prompt = tensorNamed(names, byName, PROMPT_EMBEDDINGS);
  checkShape(names, prompt, [config.num_virtual_tokens, width], CONFIG);
  const extra = tensors.find((tensor) => tensor !== prompt && !isHead(tensor.name));
  if (!extra) return;
  throw new Error(`${MODEL}: tensor "${names.toFile(extra.name)}" is neither the prompt nor the head's.`);
}
