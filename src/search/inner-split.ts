/**
 * Divides training rows into rows to learn from and rows to choose by, so that a search sees
 * neither validation nor test rows.
 */

import { Random } from "../data/random";
import type { TokenizedExample } from "../data/tokens";
import type { ComparisonData } from "../runs/rows";

/** Of the training rows are held out, but no more than so many: each trial reads all of them. */
const FRACTION = 0.2;
const MOST = 200;

/**
 * The data with part of its training rows in place of the validation rows. Rows of one label keep
 * their share; rows with the same tokens stay on one side; both sides keep the order.
 * @throws Error with the number of rows where no two rows differ
 */
export function innerSplit(data: ComparisonData, seed: number): ComparisonData {
  const fraction = Math.min(FRACTION, MOST / data.train.length);
  const held = new Set<TokenizedExample>();
  const strata = new Map<string, TokenizedExample[][]>();
  for (const alike of groups(data.train, ({ ids }) => ids.join())) {
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
  if (held.size === 0) holdOne(data.train, held);
  const validation = data.train.filter((row) => held.has(row));
  return {
    ...data,
    train: data.train.filter((row) => !held.has(row)),
    validation,
    validationTexts: validation.map(() => ""),
  };
}

/** So few rows of every label that none has a fifth: the last that differs from the first. */
function holdOne(rows: readonly TokenizedExample[], held: Set<TokenizedExample>): void {
  const distinct = groups(rows, ({ ids }) => ids.join());
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

function groups(rows: readonly TokenizedExample[], keyOf: (row: TokenizedExample) => string): TokenizedExample[][] {
  const found = new Map<string, TokenizedExample[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = found.get(key);
    if (group) group.push(row);
    else found.set(key, [row]);
  }
  return [...found.values()];
}
