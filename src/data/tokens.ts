/** Examples to token ids, cut to the model's length. The tokenizer itself is handed in. */

import { createBreather } from "./breathe";
import { DataError } from "./errors";
import type { Example } from "./examples";

export interface TokenizedExample {
  ids: Int32Array;
  /** One class id, or one for every token; negative where there is none. 0 where `values` say it. */
  labels: Int32Array;
  /** float32 targets, where the task has any: 0 or 1 for every label, or a number. */
  values?: Float32Array;
  row: number;
  /** Tokens before cutting. */
  fullLength: number;
  truncated: boolean;
}

/** The ids of a text, or of two, with the tokenizer's special tokens. */
export type Encode = (text: string, pair: string | null) => ArrayLike<number>;

export interface TokenizeOptions {
  /** The most tokens an example may have, special tokens included. */
  maxLength: number;
  /** How many tokens at the end (end of sequence, separator) are kept when an example is cut. */
  endTokens: number;
  /** Named in errors. */
  file?: string;
  /** Rows done and rows in all; called every few milliseconds and at the end. */
  onProgress?: (rows: number, total: number) => void;
}

/**
 * Tokenizes in order, pausing for the event loop every few milliseconds. A longer example keeps its first tokens and its
 * last `endTokens`.
 * @throws RangeError when `maxLength` leaves no room for text; DataError naming the row of a text without any token.
 */
export async function tokenizeExamples(
  examples: readonly Example[],
  encode: Encode,
  { maxLength, endTokens, file = "data", onProgress }: TokenizeOptions,
): Promise<TokenizedExample[]> {
  if (maxLength <= endTokens) {
    throw new RangeError(
      `maximum length: ${maxLength} tokens leave no room for text beside ${endTokens} special tokens at the end. Raise it.`,
    );
  }
  const result: TokenizedExample[] = [];
  const breathe = createBreather(() => onProgress?.(result.length, examples.length));
  for (const { text, textPair, label, row } of examples) {
    const full = encode(text, textPair);
    if (full.length === 0) {
      throw new DataError({ file, row, what: "The tokenizer makes no token of this text.", fix: "Remove the row." });
    }
    const truncated = full.length > maxLength;
    result.push({
      ids: cutTokens(full, maxLength, endTokens),
      labels: Int32Array.of(label),
      row,
      fullLength: full.length,
      truncated,
    });
    await breathe();
  }
  onProgress?.(examples.length, examples.length);
  return result;
}

/** At most `maxLength` ids: the first ones and the last `endTokens`. */
export function cutTokens(ids: ArrayLike<number>, maxLength: number, endTokens: number): Int32Array {
  const cut = new Int32Array(Math.min(ids.length, maxLength));
  const fromStart = ids.length > maxLength ? maxLength - endTokens : ids.length;
  for (let index = 0; index < cut.length; index++) {
    cut[index] = ids[index < fromStart ? index : ids.length - cut.length + index]!;
  }
  return cut;
}
