/**
 * Texts as counts of what stands in them, each weighted by how few texts have it: scikit-learn's
 * `TfidfVectorizer`, with its words, its character n-grams, its idf and its normalisation.
 */

import { sparseRows } from "./sparse-rows";

/** What a text is cut into, in its order, with repeats. */
export type Cut = (text: string) => string[];

/** Lower-case words of two letters, digits or underscores and more, and runs of up to so many. */
export const wordRuns =
  (longest: number): Cut =>
  (text) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
    const runs = [...words];
    for (let length = 2; length <= longest; length++) {
      for (let start = 0; start + length <= words.length; start++) {
        runs.push(words.slice(start, start + length).join(" "));
      }
    }
    return runs;
  };

/**
 * Runs of characters inside of words, lower case, with one space on either side of a word, as
 * scikit-learn's `char_wb`: a word shorter than the run counts once.
 */
export const characterRuns =
  (shortest: number, longest: number): Cut =>
  (text) => {
    const runs: string[] = [];
    for (const word of text.toLowerCase().split(/\p{White_Space}+/u)) {
      if (word === "") continue;
      const characters = [..." ", ...word, " "];
      for (let length = shortest; length <= longest; length++) {
        const last = Math.max(0, characters.length - length);
        for (let start = 0; start <= last; start++) runs.push(characters.slice(start, start + length).join(""));
        if (last === 0) break;
      }
    }
    return runs;
  };

export interface TfIdfOptions {
  /** Terms that fewer texts have are left out. */
  readonly fewestTexts: number;
  /** Of the others those that occur most often are kept, by alphabet where that is alike. */
  readonly mostTerms: number;
  /** 1 + ln(count) in place of the count. */
  readonly sublinear: boolean;
}

/** One kind of terms, as it was found in the training texts. */
export interface TermWeights {
  readonly cut: Cut;
  readonly sublinear: boolean;
  /** Column of every term, in the order of the alphabet (by code unit). */
  readonly columns: ReadonlyMap<string, number>;
  /** Of every column: ln((1 + texts) / (1 + texts that have it)) + 1. */
  readonly idf: Float64Array;
}

/** Learns terms and their weights from texts. There may be none. `pause`: after every text. */
export async function learnTerms(
  texts: readonly string[],
  cut: Cut,
  { fewestTexts, mostTerms, sublinear }: TfIdfOptions,
  pause?: () => Promise<unknown>,
): Promise<TermWeights> {
  const counts = new Map<string, { texts: number; times: number }>();
  for (const text of texts) {
    for (const [term, times] of countsOf(cut(text))) {
      const known = counts.get(term);
      if (known) {
        known.texts++;
        known.times += times;
      } else counts.set(term, { texts: 1, times });
    }
    await pause?.();
  }
  const frequent = [...counts].filter(([, { texts }]) => texts >= fewestTexts).sort(([a], [b]) => byAlphabet(a, b));
  const kept =
    frequent.length <= mostTerms
      ? frequent
      : frequent
          .sort(([, a], [, b]) => b.times - a.times)
          .slice(0, mostTerms)
          .sort(([a], [b]) => byAlphabet(a, b));
  return {
    cut,
    sublinear,
    columns: new Map(kept.map(([term], column) => [term, column])),
    idf: Float64Array.from(kept, ([, own]) => Math.log((1 + texts.length) / (1 + own.texts)) + 1),
  };
}

/**
 * [texts, terms of all kinds one behind the other]; every kind's part of a row has the length 1, or
 * is empty.
 */
export function weighTexts(texts: readonly string[], kinds: readonly TermWeights[]) {
  return sparseRows(
    texts.map((text) => weighText(text, kinds)),
    widthOf(kinds),
  );
}

/** The same of many texts. `pause`: after every text. */
export async function weighTrainingTexts(
  texts: readonly string[],
  kinds: readonly TermWeights[],
  pause?: () => Promise<unknown>,
) {
  const rows: [number, number][][] = [];
  for (const text of texts) {
    rows.push(weighText(text, kinds));
    await pause?.();
  }
  return sparseRows(rows, widthOf(kinds));
}

const widthOf = (kinds: readonly TermWeights[]) => kinds.reduce((sum, { columns }) => sum + columns.size, 0);

function weighText(text: string, kinds: readonly TermWeights[]): [number, number][] {
  const row: [number, number][] = [];
  let before = 0;
  for (const { cut, sublinear, columns, idf } of kinds) {
    const own: [number, number][] = [];
    let squares = 0;
    for (const [term, times] of countsOf(cut(text))) {
      const column = columns.get(term);
      if (column === undefined) continue;
      const value = (sublinear ? 1 + Math.log(times) : times) * idf[column]!;
      own.push([before + column, value]);
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (const [column, value] of own) row.push([column, value / length]);
    before += columns.size;
  }
  return row;
}

function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

const byAlphabet = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
