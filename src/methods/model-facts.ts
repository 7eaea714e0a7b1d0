/** What methods and their controllers may know of the open model. */

import type { Family, ModelConfig } from "../models/family";
import type { Precision } from "../program/tensor";

/**
 * A head over the vocabulary of the weight files' own, the word embeddings once more, or none: only
 * the body was saved.
 */
export type LanguageHeadKind = "own" | "words" | "missing";

/** How frozen weights are kept in the executor's memory. */
export interface WeightStorage {
  /** Of matrices; default: float32. */
  readonly precision?: Precision;
  /**
   * Bytes that one buffer may have: matrices that need more are kept in parts. Default: no limit.
   */
  readonly largestBuffer?: number;
}

/** What a method may know of the open model when it describes its options. */
export interface ModelFacts extends WeightStorage {
  readonly family: Family;
  readonly config: ModelConfig;
  /** What predicts the next token; default: the word embeddings once more. */
  readonly languageHead?: LanguageHeadKind;
}
