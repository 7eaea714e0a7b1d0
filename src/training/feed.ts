/**
 * The batches that runs read: the same rows for all, in one of two forms. Runs whose text begins with the
 * beginning-of-sequence token read rows without it, since the text has it already.
 */

import { type BatchArrays, createBatchArrays, fillBatch, type PlannedBatch } from "../data/batches";
import type { TokenizedExample } from "../data/tokens";
import { BatchBuffers } from "./batch-buffers";
import type { Engine } from "./engine";

export interface FeedOptions {
  readonly buckets: readonly number[];
  readonly batchSize: number;
  readonly padId: number;
  /** Left off the front of every row; null: rows stay as they are. */
  readonly dropped: number | null;
  readonly owner: string;
}

export class Feed {
  readonly train: readonly TokenizedExample[];
  readonly validation: readonly TokenizedExample[];
  /** On the GPU, by padded length. */
  readonly buffers: ReadonlyMap<number, BatchBuffers>;
  /** Whether any run reads it. */
  used = false;
  readonly #arrays: ReadonlyMap<number, BatchArrays>;
  readonly #options: FeedOptions;

  constructor(
    engine: Engine,
    data: { readonly train: readonly TokenizedExample[]; readonly validation: readonly TokenizedExample[] },
    options: FeedOptions,
  ) {
    const { buckets, batchSize, owner } = options;
    this.#options = options;
    const shown = (examples: readonly TokenizedExample[]) =>
      options.dropped === null ? examples : examples.map((example) => ({ ...example, ids: this.shown(example.ids) }));
    this.train = shown(data.train);
    this.validation = shown(data.validation);
    this.buffers = new Map(buckets.map((bucket) => [bucket, new BatchBuffers(engine, batchSize, bucket, owner)]));
    this.#arrays = new Map(buckets.map((bucket) => [bucket, createBatchArrays(batchSize, bucket)]));
  }

  /** A row's ids as this feed's runs see them. */
  shown(ids: Int32Array): Int32Array {
    const { dropped } = this.#options;
    return dropped !== null && ids[0] === dropped && ids.length > 1 ? ids.subarray(1) : ids;
  }

  /** The shortest padded length that holds so many tokens, or the longest there is. */
  bucketFor(tokens: number): number {
    const { buckets } = this.#options;
    return buckets.find((length) => tokens <= length) ?? buckets.at(-1)!;
  }

  /** Puts a batch into the buffers of its padded length; returns its real tokens. */
  fill(examples: readonly Pick<TokenizedExample, "ids" | "label">[], plan: PlannedBatch): number {
    const arrays = this.#arrays.get(plan.bucket)!;
    const tokens = fillBatch(examples, plan, this.#options.padId, arrays);
    this.buffers.get(plan.bucket)!.upload(arrays);
    return tokens;
  }
}
