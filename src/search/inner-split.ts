/**
 * Divides training rows into rows to learn from and rows to choose by, so that a search sees
 * neither validation nor test rows.
 */

import { assignParts, joinRows, plainText } from "../data/parts";
import { Random } from "../data/random";
import type { TokenizedExample } from "../data/tokens";
import { messageOf } from "../errors/message-of";
import type { ComparisonData } from "../runs/rows";

/** Of the training rows are held out, but no more than so many: each trial reads all of them. */
const FRACTION = 0.2;
const MOST = 200;

/**
 * The data with part of its training rows in place of the validation rows. Rows of one label keep
 * their share; rows with the same tokens, with the same text without regard to case and white space
 * (of tasks whose rows keep it), made from the same row, and of one group, stay on one side; both
 * sides keep the order.
 * @throws Error with the number of rows where no two rows differ, or no group can be held out
 */
export function innerSplit(data: ComparisonData, seed: number): ComparisonData {
  const fraction = Math.min(FRACTION, MOST / data.train.length);
  const grouped = data.train.some(({ group }) => group !== undefined);
  const held = grouped ? heldGroups(data.train, fraction, seed) : heldRows(data.train, fraction, seed);
  const validation = data.train.filter((row) => held.has(row));
  return {
    ...data,
    train: data.train.filter((row) => !held.has(row)),
    validation,
    validationTexts: validation.map(() => ""),
  };
}

/** Whole groups, as the parts of the data have them. */
function heldGroups(rows: readonly TokenizedExample[], fraction: number, seed: number): Set<TokenizedExample> {
  try {
    const sides = assignParts(rows, [1 - fraction, fraction], {
      random: new Random(seed, "search"),
      file: "training rows",
      keysOf,
      labelsOf: ({ labels }) => (labels.length === 1 ? labels : []),
    });
    return new Set(rows.filter((_, index) => sides[index] === 1));
  } catch (error) {
    throw new Error(`A rate cannot be searched, since no group can be held out to choose by. ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function heldRows(rows: readonly TokenizedExample[], fraction: number, seed: number): Set<TokenizedExample> {
  const held = new Set<TokenizedExample>();
  const strata = new Map<string, TokenizedExample[][]>();
  for (const alike of alikeRows(rows)) {
    const stratum = stratumOf(alike[0]!);
    const members = strata.get(stratum);
    if (members) members.push(alike);
    else strata.set(stratum, [alike]);
  }
  for (const [stratum, members] of strata) {
    const wanted = fraction * members.reduce((sum, { length }) => sum + length, 0);
    let count = 0;
    for (const alike of new Random(seed, `search/${stratum}`).shuffle(members).slice(0, -1)) {
      if (count + alike.length / 2 > wanted) break;
      for (const row of alike) held.add(row);
      count += alike.length;
    }
  }
  if (held.size === 0) holdOne(rows, held);
  return held;
}

/** Of a row whose text is at hand this counts, too, as for the parts of the data. */
function keysOf({ ids, text, row }: TokenizedExample): string[] {
  const keys = [`row ${row}`, `tokens ${ids.join()}`];
  return text === undefined ? keys : [...keys, `text ${plainText(text)}`];
}

function alikeRows(rows: readonly TokenizedExample[]): TokenizedExample[][] {
  return joinRows(rows, keysOf).map((alike) => alike.map((row) => rows[row]!));
}

/** So few rows of every label that none has a fifth: the last that differs from the first. */
function holdOne(rows: readonly TokenizedExample[], held: Set<TokenizedExample>): void {
  const distinct = alikeRows(rows);
  if (distinct.length < 2) {
    throw new Error(
      `A rate cannot be searched with ${rows.length} training rows of which no two differ: some are learned from, others ` +
        "are held out to choose by.",
    );
  }
  for (const row of distinct.at(-1)!) held.add(row);
}

/** Rows of one label or number; rows with many (tags, words of a text) are all alike. */
function stratumOf({ labels }: TokenizedExample): string {
  return labels?.length === 1 ? String(labels[0]) : "";
}
