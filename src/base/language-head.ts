/**
 * The frozen model's own head over its vocabulary: tensors of its own, or its word embeddings
 * again.
 */

import type { LanguageHeadKind, ModelFacts, WeightStorage } from "../methods/model-facts";
import type { Attachments, Family, ModelConfig } from "../models/family";
import { wordTable } from "../models/word-table";
import { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { LanguageHead } from "../tasks/task";

/** In transformers' names. */
export const HEAD_WEIGHT = "lm_head.weight";
export const HEAD_BIAS = "lm_head.bias";

/**
 * With the update that a method attaches to it. Where a method trains every weight, weight and bias
 * are trained copies, of the word embeddings where the head is those again.
 * @throws Error saying why the model cannot predict the next token, and what to do.
 */
export function languageHead(
  program: Program,
  { family, config, languageHead: kind = "words" }: Pick<ModelFacts, "family" | "config" | "languageHead">,
  attachments: Pick<Attachments, "languageHead"> = {},
): LanguageHead {
  const refusal = languageRefusal(family, kind);
  if (refusal) throw new Error(refusal);
  const table = wordTable(family, config);
  return {
    weight: program.weight(kind === "own" ? HEAD_WEIGHT : table.name, table.shape),
    bias: family.languageHead?.bias ? program.weight(HEAD_BIAS, [config.vocabulary]) : undefined,
    cap: config.logitCap,
    update: attachments.languageHead?.update(),
  };
}

/** Why a model cannot predict the next token, and what to do; null where it can. */
export function languageRefusal(family: Family, kind: LanguageHeadKind): string | null {
  if (!family.languageHead) {
    return (
      `Language modelling and generation need a model that predicts the next token; ${family.title} models are ` +
      "encoders, in which every token sees every other. Choose a causal base model."
    );
  }
  if (kind !== "missing") return null;
  return (
    `The weight files have no "${HEAD_WEIGHT}", and config.json does not tie it to the word embeddings: ` +
    "only the model's body was saved, so it cannot predict the next token. Choose a checkpoint with its language head."
  );
}

/**
 * Names and shapes of what only the head reads: nothing, where it is the word embeddings without a
 * bias.
 */
export function languageHeadSpecs(
  family: Family,
  config: ModelConfig,
  kind: LanguageHeadKind,
  { precision, largestBuffer }: WeightStorage = {},
): Tensor[] {
  if (languageRefusal(family, kind)) return [];
  const { weight, bias } = languageHead(new Program(precision, largestBuffer), { family, config, languageHead: kind });
  return [...(kind === "own" ? [weight] : []), ...(bias ? [bias] : [])];
}
