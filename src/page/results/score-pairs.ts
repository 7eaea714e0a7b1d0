/** Two runs of a file's scores: which are looked at first, and what is known of them. */

import type { OneSided, Scores } from "../../worker/api";

type Pair = Pick<OneSided, "better" | "worse">;

/** With the most rows that one of them gets and the other does not; the earlier of equal ones. */
export function likeliestPair({ pairs }: Pick<Scores, "pairs">): Pair {
  return pairs.reduce((most, pair) => (pair.rows > most.rows ? pair : most));
}

/** Falls back to the first pair where the runs are not there. */
export function pairOf({ pairs }: Pick<Scores, "pairs">, { better, worse }: Pair): OneSided {
  return pairs.find((pair) => pair.better === better && pair.worse === worse) ?? pairs[0]!;
}
