/**
 * What the untrained model loses on each label of the training rows, for runs that choose what they
 * learn from by how losses have changed. Every row is read once.
 */

import type { BatchArrays } from "../data/batches";
import { EARLIER_LOSSES } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import type { Evaluation } from "../tasks/task";

/** Rows that are read at a time, so that the device keeps little. */
const AT_ONCE = 1024;

export class EarlierLosses {
  readonly #known = new Map<TokenizedExample, Float32Array>();

  /**
   * Reads those of these rows that are not known yet. Resolves to false where it was given up.
   * @param evaluate what the untrained model says of rows; null where that was given up
   */
  async read(
    rows: readonly TokenizedExample[],
    evaluate: (rows: readonly TokenizedExample[]) => Promise<Pick<Evaluation, "losses"> | null>,
  ): Promise<boolean> {
    const asked = [...new Set(rows)].filter((row) => !this.#known.has(row));
    for (let start = 0; start < asked.length; start += AT_ONCE) {
      const some = asked.slice(start, start + AT_ONCE);
      const said = await evaluate(some);
      if (!said) return false;
      for (const [place, row] of some.entries()) this.#known.set(row, said.losses[place]!);
    }
    return true;
  }

  /** Of each label of a row, as the whole row has them; nats. Throws where it was not read. */
  of(row: TokenizedExample): Float32Array {
    const losses = this.#known.get(row);
    if (!losses) throw new Error(`Row ${row.row} was not read by the untrained model.`);
    return losses;
  }

  /**
   * Puts those of a batch's rows into its arrays, whose rows may lack the first token (`Feed`).
   */
  fill(
    { channels, batchSize }: Pick<BatchArrays, "channels" | "batchSize">,
    rows: readonly TokenizedExample[],
    shown: readonly TokenizedExample[],
  ): void {
    const array = channels[EARLIER_LOSSES]!;
    const stride = array.length / batchSize;
    for (let slot = 0; slot < rows.length; slot++) {
      const own = this.of(rows[slot]!);
      array.set(own.subarray(own.length - shown[slot]!.labels.length), slot * stride);
    }
  }
}
