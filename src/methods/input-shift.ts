/**
 * A trained low-rank matrix that is added to the input's word embeddings by position, padding
 * included: what DePT puts in the place of most of a prompt. Source: Shi and Lipani 2024 and their
 * code (A Kaiming-uniform, B zero, scale α / √rank).
 */

import type { Batch } from "../models/family";
import { add } from "../operations/add";
import { linear } from "../operations/linear";
import { repeatRows, splitRows } from "../operations/rows";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface InputShift {
  /** A·B of all positions: [positions, hiddenSize]. */
  readonly product: Tensor;
  /**
   * Adds scale · A·B to the word embeddings. Throws an Error if a row is longer than `positions`.
   */
  readonly words: (words: Tensor, batch: Batch) => Tensor;
}

export interface InputShiftOptions {
  readonly positions: number;
  readonly rank: number;
  readonly alpha: number;
  readonly learningRateScale: number;
}

export function inputShift(program: Program, width: number, options: InputShiftOptions): InputShift {
  const { positions, rank, alpha, learningRateScale } = options;
  const a = program.trainable("lora_embedding_A", [positions, rank], {
    initializer: { kind: "uniform", bound: rank ** -0.5 },
    learningRateScale,
  });
  const b = program.trainable("lora_embedding_B", [rank, width], { initializer: { kind: "zeros" }, learningRateScale });
  const product = linear(program, "shift", a, b, { layout: "in-out", scale: alpha / Math.sqrt(rank) });
  const words = (words: Tensor, { size, tokens }: Batch) => {
    if (tokens > positions) {
      throw new Error(
        `Rows are padded to ${tokens} tokens, but the low-rank pair has ${positions} positions. ` +
          `Set positions to ${tokens} or more, or lower the maximum length.`,
      );
    }
    const rest = positions - tokens;
    const own = rest === 0 ? product : splitRows(program, ["own shift", "unused shift"], product, [tokens, rest])[0]!;
    return add(program, "shifted words", words, repeatRows(program, "shifts", own, size));
  };
  return { product, words };
}
