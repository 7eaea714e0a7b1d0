/** The attention of the last layer within rows, as a run reads them: the mean over its heads. */

import type { EncodedRow } from "../data/tokens";
import type { Feed } from "../runs/feed";
import type { Run } from "../runs/run";
import { lastAttention as lastOf } from "../runs/tuned-program";
import type { MeasuredRun } from "./instrument";
import { compute, withOneRow } from "./one-row";

/**
 * Of each label, which is the token after its place, what that token gives to all tokens that are
 * no label's: as many as `labels` [rows · span], 0 where there is none.
 * @param attention as `lastAttention`
 */
export function toPrompt(attention: Float32Array, labels: ArrayLike<number>, span: number): Float32Array {
  return Float32Array.from(labels, (label, i) => {
    if (label < 0 || (i + 1) % span === 0) return 0;
    const row = i - (i % span);
    let share = 0;
    for (let key = 0; key < span; key++) {
      if (key === 0 || labels[row + key - 1]! < 0) share += attention[(i + 1) * span + key]!;
    }
    return share;
  });
}

/**
 * [rows, span, span]: what each token of a row gives to each, 0 beyond the row's end and where the
 * run leaves out its first token. The run must be compiled, and not train meanwhile.
 * @throws Error where every token sees all
 */
export async function lastAttention(
  measured: Pick<MeasuredRun, "executor" | "model">,
  run: Run,
  feed: Feed,
  rows: readonly EncodedRow[],
  span: number,
): Promise<Float32Array> {
  const all = new Float32Array(rows.length * span * span);
  for (const [index, asked] of rows.entries()) {
    await withOneRow(measured, run, feed, asked, async (one) => {
      const read = lastOf(one.tuned.program, one.tuned.built);
      if (!read) throw new Error(`${measured.model.family.title}: every token sees all others, so none is a prompt.`);
      const [values] = await compute(measured.executor, one, [read.probabilities]);
      const keys = read.probabilities.shape[2]!;
      const own = one.row.ids.length;
      const left = asked.ids.length - own;
      for (let query = 0; query < own; query++) {
        const start = (read.firstQuery + query) * keys + read.firstKey;
        all.set(values!.subarray(start, start + own), (index * span + left + query) * span + left);
      }
    });
  }
  return all;
}
