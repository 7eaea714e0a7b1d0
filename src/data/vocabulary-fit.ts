/**
 * How well a tokenizer's vocabulary suits texts: tokens for each word, often called fertility (Rust
 * et al. 2021), and words that it does not know. A vocabulary of another domain splits words.
 */

import type { Example } from "./examples";

export interface VocabularyFit {
  /** Rows and words that were counted. */
  rows: number;
  words: number;
  /** Of all words together, each by itself. */
  tokens: number;
  /** Words of which some part is unknown. */
  unknown: number;
  /** Words that are one token. */
  whole: number;
  /** Those that are in the most tokens, and those that are unknown, the commonest first. */
  mostSplit: { word: string; tokens: number }[];
  unknownWords: string[];
}

/** What is needed of a tokenizer. */
interface WordTokenizer {
  readonly unknownId: number | null;
  encodeWords(words: readonly string[]): {
    readonly ids: ArrayLike<number>;
    readonly wordOf: readonly (number | null)[];
  };
}

/** Enough for a share to be known to a percent. */
const MOST_ROWS = 2000;
const SHOWN = 5;

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** What of an example is tokenised, as words; numbers are words, punctuation is not. */
export function wordsOf({ text, textPair, response, words, messages }: Example): string[] {
  if (words) return [...words];
  const texts = messages ? messages.map(({ content }) => content) : [text, textPair, response];
  return texts.flatMap((one) =>
    Array.from(segmenter.segment(one ?? ""))
      .filter(({ isWordLike }) => isWordLike)
      .map(({ segment }) => segment),
  );
}

/** Of the first 2,000 rows, each the words of one. */
export function vocabularyFit(rows: readonly (readonly string[])[], tokenizer: WordTokenizer): VocabularyFit {
  const counted = rows.slice(0, MOST_ROWS);
  const times = new Map<string, number>();
  for (const word of counted.flat()) times.set(word, (times.get(word) ?? 0) + 1);
  const different = [...times.keys()];
  const { ids, wordOf } = tokenizer.encodeWords(different);
  const tokensOf = new Uint32Array(different.length);
  const unknown = new Set<number>();
  for (const [place, word] of wordOf.entries()) {
    if (word === null) continue;
    tokensOf[word]!++;
    if (ids[place] === tokenizer.unknownId) unknown.add(word);
  }
  const timesOf = (word: number) => times.get(different[word]!)!;
  const sum = (count: (word: number) => number) =>
    different.reduce((total, _, word) => total + timesOf(word) * count(word), 0);
  const places = [...different.keys()];
  const split = places
    .filter((word) => tokensOf[word]! > 1 && !unknown.has(word))
    .sort((a, b) => tokensOf[b]! - tokensOf[a]! || timesOf(b) - timesOf(a));
  return {
    rows: counted.length,
    words: sum(() => 1),
    tokens: sum((word) => tokensOf[word]!),
    unknown: sum((word) => Number(unknown.has(word))),
    whole: sum((word) => Number(tokensOf[word] === 1 && !unknown.has(word))),
    mostSplit: split.slice(0, SHOWN).map((word) => ({ word: different[word]!, tokens: tokensOf[word]! })),
    unknownWords: [...unknown]
      .sort((a, b) => timesOf(b) - timesOf(a))
      .slice(0, SHOWN)
      .map((word) => different[word]!),
  };
}
