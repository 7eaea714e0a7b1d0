/** Modules outside of the blocks that LoRA may target as PEFT does: the word embeddings, and the head over the vocabulary. */

import { wordTable } from "../models/word-table";
import type { ModelFacts } from "./method";

/** transformers' path of the head over the vocabulary, in every family. */
export const LANGUAGE_HEAD = "lm_head";

/** Path of the word embeddings. */
export function embeddingPath({ family, config }: Pick<ModelFacts, "family" | "config">): string {
  return wordTable(family, config).name.replace(/\.weight$/, "");
}

/** Paths of both; encoders have no such head. */
export function outerPaths(facts: Pick<ModelFacts, "family" | "config">): string[] {
  return [embeddingPath(facts), ...(facts.family.languageHead ? [LANGUAGE_HEAD] : [])];
}
