/**
 * A comparison's batches in both forms: as they are, and without the token that a run's text
 * already begins with.
 */

import type { BaseModel } from "../base/base-model";
import type { PlannedBatch } from "../data/batches";
import type { TokenizedExample } from "../data/tokens";
import type { Executor } from "../executors/executor";
import { Feed, type FeedOptions } from "./feed";

export class Feeds {
  readonly whole: Feed;
  readonly withoutBos: Feed;
  readonly #model: BaseModel;

  constructor(executor: Executor, model: BaseModel, options: Omit<FeedOptions, "padId" | "dropped">) {
    const { padId, bosId } = model.tokenizer;
    this.#model = model;
    this.whole = new Feed(executor, { ...options, padId: padId ?? 0, dropped: null });
    this.withoutBos = new Feed(executor, { ...options, padId: padId ?? 0, dropped: bosId });
  }

  /**
   * The feed of a run with this text in front: the text may have the beginning-of-sequence token
   * already.
   */
  behind(textIds: readonly number[]): Feed {
    const { tokenizer, family } = this.#model;
    // An encoder's read-out is its first token: it stays.
    const repeated = !family.bidirectional && tokenizer.bosId !== null && textIds[0] === tokenizer.bosId;
    return repeated ? this.withoutBos : this.whole;
  }

  /**
   * Puts a batch of these rows into the buffers of every feed that is read; returns its real
   * tokens.
   */
  fill(rows: readonly TokenizedExample[], plan: PlannedBatch): number {
    const tokens = this.whole.fill(rows, plan);
    if (this.withoutBos.used) this.withoutBos.fill(this.withoutBos.shownRows(rows), plan);
    return tokens;
  }
}
