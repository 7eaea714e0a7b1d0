/** What the forms share whose folder is one tensor before the input: PEFT's prompt learning. */

import * as z from "zod";
import type { NamedTensor } from "../hub/write-safetensors";
import { CONFIG, isHead, MODEL } from "./folder";
import type { FormRun } from "./forms/form";
import { checkShape, tensorNamed } from "./module-checks";
import type { PeftConfig } from "./peft-config";
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
