/**
 * Modules outside of the blocks that LoRA may target as PEFT does: the word embeddings, and the
 * head over the vocabulary.
 */

import { LANGUAGE_HEAD } from "../adapters/target-modules";
import { wordTable } from "../models/word-table";
import type { ModelFacts } from "./method";

/** Path of the word embeddings. */
export function embeddingPath({ family, config }: Pick<ModelFacts, "family" | "config">): string {
  return wordTable(family, config).name.replace(/\.weight$/, "");
}

/** Paths of both; encoders have no such head. */
export function outerPaths(facts: Pick<ModelFacts, "family" | "config">): string[] {
  return [embeddingPath(facts), ...(facts.family.languageHead ? [LANGUAGE_HEAD] : [])];
}
