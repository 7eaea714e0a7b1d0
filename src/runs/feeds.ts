/**
 * A comparison's batches in both forms: as they are, and without the token that a run's text
 * already begins with.
 */

import type { BaseModel } from "../base/base-model";
import type { BatchArrays, PlannedBatch } from "../data/batches";
import type { TokenizedExample } from "../data/tokens";
import type { Executor } from "../executors/executor";
import { Feed, type FeedOptions } from "./feed";

export class Feeds {
  readonly whole: Feed;
  readonly withoutBos: Feed;
  readonly #model: BaseModel;
  /** Whether any run reads rows without the token. */
  #dropsBos = false;

  constructor(executor: Executor, model: BaseModel, options: Omit<FeedOptions, "padId" | "dropped">) {
    const { padId, bosId } = model.tokenizer;
    this.#model = model;
    this.whole = new Feed(executor, { ...options, padId: padId ?? 0, dropped: null });
    this.withoutBos = new Feed(executor, { ...options, padId: padId ?? 0, dropped: bosId });
  }

  /**
   * The feed of a run whose rows come after this text: the text may have the beginning-of-sequence
   * token already. Batches are put into its buffers from here on.
   */
  after(textIds: readonly number[]): Feed {
    const { tokenizer, family } = this.#model;
    // An encoder's read-out is its first token: it stays.
    const repeated = !family.bidirectional && tokenizer.bosId !== null && textIds[0] === tokenizer.bosId;
    if (repeated) this.#dropsBos = true;
    return repeated ? this.withoutBos : this.whole;
  }

  /**
   * Puts a batch of these rows into the buffers of every feed that is read; returns its real
   * tokens.
   * @param change of each feed's arrays, before they are there
   */
  fill(
    rows: readonly TokenizedExample[],
    batch: PlannedBatch,
    change?: (arrays: BatchArrays, rows: readonly TokenizedExample[]) => void,
  ): number {
    const tokens = this.whole.fill(rows, batch, change);
    if (this.#dropsBos) this.withoutBos.fill(this.withoutBos.shownRows(rows), batch, change);
    return tokens;
  }
}
