/** What methods and their controllers may know of the open model. */

import type { Family, ModelConfig } from "../models/family";
import type { Precision } from "../program/tensor";

/** A head over the vocabulary of the weight files' own, the word embeddings once more, or none: only the body was saved. */
export type LanguageHeadKind = "own" | "words" | "missing";

/** What a method may know of the open model when it describes its options. */
export interface ModelFacts {
  readonly family: Family;
  readonly config: ModelConfig;
  /** Of the frozen matrices in GPU memory; float32 unless told. */
  readonly precision?: Precision;
  /** What foretells the next token: the word embeddings once more unless told. */
  readonly languageHead?: LanguageHeadKind;
}
