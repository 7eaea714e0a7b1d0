/** Scores of rows for an instrument, kept with all others of the same rows and reader. */

import type { TokenizedExample } from "../data/tokens";
import type { TaskId } from "../data/types";
import type { Reader } from "../scoring/reader";
import { knownScores } from "../scoring/score-cache";
import type { Reading } from "../scoring/score-rows";
import type { RowScores } from "../scoring/scores";
import type { Measuring } from "./instrument";

interface Scoring {
  readonly reader: Reader;
  readonly reading: Reading;
  /** What the rows' labels are of. */
  readonly labelled: TaskId;
  /** Whether gradient norms are wanted beside losses, entropies, ranks and probabilities. */
  readonly gradients: boolean;
  /** Rows whose mean loss the gradients are held against. Default: none. */
  readonly against?: readonly TokenizedExample[] | null;
  /** Which pass it is, counted from 0, of how many, for who waits. Default: the only one. */
  readonly pass?: number;
  readonly passes?: number;
}

/** Throws an Error as `scoreRows`. The reader must be held meanwhile. */
export async function scored(
  { executor, model, data, training, name, report, signal }: Measuring,
  { reader, reading, labelled, gradients, against = null, pass = 0, passes = 1 }: Scoring,
  rows: readonly TokenizedExample[],
): Promise<RowScores> {
  const setup = {
    ...{ executor, model, reader, reading, labelled, signal, against, tokenizer: model.tokenizer, scale: data.scale },
    batchSize: training.batchSize,
    wanted: { labels: true, states: false, gradients, given: null },
    report: (done: number, total: number) =>
      report({ wait: "scoring", detail: name, unit: "rows", done: done + pass * total, total: passes * total }),
  };
  return (await knownScores(setup, rows)).scores;
}
