/** Examples to token ids, cut to the model's length. The tokenizer itself is handed in. */

import { createBreather } from "./breathe";
import type { ChatMessage } from "./chat";
import { DataError } from "./errors";
import type { Example } from "./examples";
import { encodeOnce } from "./language";

/** What tokenising makes of an example. */
export interface EncodedRow {
  ids: Int32Array;
  /**
   * One class id, or one for every token; negative where there is none. 0 where `values` say it.
   */
  labels: Int32Array;
  /** Of every token 0, or 1 where it is of the second text; left out where all are 0. */
  types?: Int32Array;
  /**
   * Targets in the file's units, where the task has any: 0 or 1 for every label, or a number in
   * float64, since a large one is learned less the mean.
   */
  values?: Float32Array | Float64Array;
  /** Of a training row where labels are weighted, as many as `labels`: what each counts for. */
  weights?: Float32Array;
  /** The same of `values`, as many: what each counts for where it is 1. */
  positiveWeights?: Float32Array;
  /** Tokens before cutting. */
  fullLength: number;
  /**
   * The whole text, of a pair both as one, for what reads no tokens; only of texts with answers.
   */
  text?: string;
}

export interface TokenizedExample extends EncodedRow {
  row: number;
  truncated: boolean;
  /** As of its example: rows of one group are never on two sides. */
  group?: string;
}

/** What is needed of a tokenizer. */
export interface RowTokenizer {
  /** How many special tokens come after every text; they are kept when a row is cut. */
  readonly trailingSpecials: number;
  readonly eosId: number | null;
  /** The ids of a text, or of two; default: with the tokenizer's special tokens. */
  encode(text: string, pair?: string | null, options?: { specialTokens?: boolean }): ArrayLike<number>;
  readonly eosText?: string;
  /** See `chat.ts`. */
  readonly chatTemplate?: ((messages: readonly ChatMessage[], answer: boolean) => string) | null;
  /** Ids of two texts as one row and, where the tokenizer gives any, the type of each token. */
  encodePair?(
    text: string,
    pair: string,
  ): { readonly ids: ArrayLike<number>; readonly types: ArrayLike<number> | null };
  /**
   * Ids of a row that is split into words already, and the word that each token belongs to (null
   * for special tokens).
   */
  encodeWords(words: readonly string[]): {
    readonly ids: ArrayLike<number>;
    readonly wordOf: readonly (number | null)[];
  };
}

export interface TokenizeOptions {
  /** The most tokens an example may have, special tokens included. */
  maxLength: number;
  /** Named in errors. */
  file?: string;
  /** Rows done and rows in all; called every few milliseconds and at the end. */
  onProgress?: (rows: number, total: number) => void;
}

/**
 * Tokenizes in order, pausing for the event loop every few milliseconds.
 * @throws RangeError when `maxLength` leaves no room for text; DataError naming the row of a text
 * without any token.
 */
export async function tokenizeExamples(
  examples: readonly Example[],
  encode: (example: Example, tokenizer: RowTokenizer, maxLength: number) => EncodedRow,
  tokenizer: RowTokenizer,
  { maxLength, file = "data", onProgress }: TokenizeOptions,
): Promise<TokenizedExample[]> {
  const { trailingSpecials } = tokenizer;
  if (maxLength <= trailingSpecials) {
    throw new RangeError(
      `maximum length: ${maxLength} tokens leave no room for text beside ${trailingSpecials} special tokens at the end. Raise it.`,
    );
  }
  const result: TokenizedExample[] = [];
  const breathe = createBreather(() => onProgress?.(result.length, examples.length));
  for (const example of examples) {
    const { row, group } = example;
    const encoded = encode(example, tokenizer, maxLength);
    if (encoded.fullLength === 0) {
      throw new DataError({ file, row, what: "The tokenizer makes no token of this text.", fix: "Remove the row." });
    }
    const truncated = encoded.fullLength > maxLength;
    result.push({ ...encoded, row, truncated, ...(group !== undefined && { group }) });
    await breathe();
  }
  onProgress?.(examples.length, examples.length);
  return result;
}

/**
 * A text or pair with one label: the first tokens and the tokenizer's last special ones are kept.
 */
export function encodeText(
  { text, textPair, label, values }: Example,
  tokenizer: RowTokenizer,
  maxLength: number,
): EncodedRow {
  const pair = textPair === null ? undefined : tokenizer.encodePair?.(text, textPair);
  const full = pair?.ids ?? (textPair === null ? encodeOnce(tokenizer, text) : tokenizer.encode(text, textPair));
  const types = pair?.types && cutTokens(pair.types, maxLength, tokenizer.trailingSpecials);
  return {
    ids: cutTokens(full, maxLength, tokenizer.trailingSpecials),
    ...(types?.some((type) => type !== 0) && { types }),
    labels: oneLabel(label),
    ...(values && { values }),
    fullLength: full.length,
    text: textPair === null ? text : `${text} ${textPair}`,
  };
}

/** The same array for all rows of a class: small arrays take far more than their bytes. */
function oneLabel(label: number): Int32Array {
  const known = ONE_LABEL.get(label);
  if (known) return known;
  const made = Int32Array.of(label);
  ONE_LABEL.set(label, made);
  return made;
}
const ONE_LABEL = new Map<number, Int32Array>();

/** At most `maxLength` ids, or types: the first ones and the last `endTokens`. */
export function cutTokens(ids: ArrayLike<number>, maxLength: number, endTokens: number): Int32Array {
  const cut = new Int32Array(Math.min(ids.length, maxLength));
  const fromStart = ids.length > maxLength ? maxLength - endTokens : ids.length;
  for (let index = 0; index < cut.length; index++) {
    cut[index] = ids[index < fromStart ? index : ids.length - cut.length + index]!;
  }
  return cut;
}
