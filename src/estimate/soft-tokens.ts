/**
 * Where a run's soft tokens stand in a row: before it, after it, or as keys and values before every
 * layer. From the Program that training builds, alike for every method.
 */

import type { TunedProgram, TunedSetup } from "../runs/tuned-program";

/** A token of the row that is shown. */
interface ShownToken {
  text: string;
  special: boolean;
}

export interface SoftTokens {
  /** Soft tokens before the row and after its last token, which every block computes, too. */
  before: number;
  after: number;
  /**
   * Keys and values before those of the row in so many of the blocks; null where there are none.
   */
  prefix: { tokens: number; blocks: number; ofBlocks: number } | null;
  /**
   * The words that the tokens before the row stand for, or start from, one for each, then those of
   * the tokens after it; empty where there are none.
   */
  words: ShownToken[];
  /** Whether they are trained; else they are ordinary words. */
  trained: boolean;
  /** Whether something trained is added to the row's own word embeddings. */
  changesWords: boolean;
  /** A row of the open data with its number; of a long one its first tokens. */
  row: { number: number; tokens: ShownToken[]; length: number };
  /**
   * Soft tokens of prompt tuning with as many trained numbers, where a part of the numbers stands
   * for soft tokens; null elsewhere.
   */
  sameSize: number | null;
}

/** Tokens of a row that are shown. */
const MOST_TOKENS = 60;

interface RowToShow {
  readonly row: number;
  readonly ids: ArrayLike<number>;
}

/** Reads ids as words. */
type Reader = (ids: ArrayLike<number>) => readonly { readonly text: string; readonly special: boolean }[];

/**
 * Null where nothing is put beside the row's words and they are not changed. `size`: numbers that
 * the adapter trains.
 */
export function softTokens(
  tuned: Pick<TunedProgram, "built" | "front" | "idsAfter" | "virtualTokens" | "changesWords">,
  { context }: Pick<TunedSetup, "context">,
  size: number,
  example: RowToShow,
  read: Reader,
): SoftTokens | null {
  const { built, front, idsAfter, virtualTokens, changesWords } = tuned;
  const { layers, hiddenSize } = context.config;
  const before = built.virtualTokens;
  const length = front.keys[0]?.shape[0] ?? 0;
  const prefix = length > 0 ? { tokens: length, blocks: front.keys.length, ofBlocks: layers } : null;
  const after = virtualTokens - before - length;
  if (virtualTokens === 0 && !changesWords) return null;
  const { textIds } = context;
  // A text of another length is not word for word what the tokens are made of.
  const words = textIds.length === before + length ? shown([...read(textIds), ...read(idsAfter)]) : [];
  const tokens = shown(read(Array.from(example.ids).slice(0, MOST_TOKENS)));
  return {
    ...{ before, after, prefix, words, changesWords },
    trained: size > 0,
    row: { number: example.row, tokens, length: example.ids.length },
    sameSize: changesWords && before > 0 ? Math.round(size / hiddenSize) : null,
  };
}

const shown = (tokens: ReturnType<Reader>): ShownToken[] => tokens.map(({ text, special }) => ({ text, special }));
