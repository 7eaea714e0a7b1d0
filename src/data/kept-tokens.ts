/** How much of a batch is learned from, so that trainings can be compared at the same amount. */

import type { TokenizedExample } from "./tokens";

export interface Kept {
  /**
   * Of rows that have one label the real tokens of those that count; where tokens have labels those
   * labels that count.
   */
  readonly tokens: number;
  /** Σ of what all labels count for; without weights how many there are. */
  readonly weight: number;
}

/** @param perToken whether every token has a label of its own, or the row has one */
export function keptOf(rows: readonly Pick<TokenizedExample, "ids" | "labels" | "weights">[], perToken: boolean): Kept {
  let [tokens, weight] = [0, 0];
  for (const { ids, labels, weights } of rows) {
    for (let place = 0; place < labels.length; place++) {
      const own = labels[place]! < 0 ? 0 : (weights?.[place] ?? 1);
      weight += own;
      if (own > 0) tokens += perToken ? 1 : ids.length;
    }
  }
  return { tokens, weight };
}
