/**
 * The batches that runs read: the same rows for all, in one of two forms. Runs whose text begins
 * with the beginning-of-sequence token read rows without it, since the text has it already.
 */

import { type BatchArrays, createBatchArrays, fillBatch, type PlannedBatch } from "../data/batches";
import { type Channel, withoutFirstToken } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import type { Executor } from "../executors/executor";
import { BatchBuffers } from "./batch-buffers";

export interface FeedOptions {
  readonly buckets: readonly number[];
  readonly batchSize: number;
  readonly padId: number;
  /** Left off the start of every row; null: rows stay as they are. */
  readonly dropped: number | null;
  readonly channels: readonly Channel[];
  readonly owner: string;
}

export class Feed {
  readonly #buffers = new Map<number, BatchBuffers>();
  readonly #arrays = new Map<number, BatchArrays>();
  readonly #executor: Executor;
  readonly #options: FeedOptions;
  /** Rows as they are shown, each once, however many lists it is in; and those lists. */
  readonly #shown = new Map<TokenizedExample, TokenizedExample>();
  readonly #lists = new Map<readonly TokenizedExample[], readonly TokenizedExample[]>();

  constructor(executor: Executor, options: FeedOptions) {
    this.#executor = executor;
    this.#options = options;
    for (const bucket of options.buckets) this.add(this.batchOf(bucket, options.owner));
  }

  /** On the device, by padded length, ascending. */
  get buffers(): ReadonlyMap<number, BatchBuffers> {
    return this.#buffers;
  }

  /** Buffers of a padded length, which are not the feed's yet. */
  batchOf(bucket: number, owner: string): BatchBuffers {
    const { batchSize, channels } = this.#options;
    return new BatchBuffers(this.#executor, batchSize, bucket, owner, channels);
  }

  /** Takes a padded length that is longer than all it has. */
  add(batch: BatchBuffers): void {
    this.#buffers.set(batch.tokens, batch);
    this.#arrays.set(batch.tokens, createBatchArrays(batch.size, batch.tokens, batch.channels));
  }

  get channels(): readonly Channel[] {
    return this.#options.channels;
  }

  /** A row as this feed's runs see it. */
  shown<Row extends Pick<TokenizedExample, "ids">>(row: Row): Row {
    const { dropped, channels } = this.#options;
    if (dropped === null || row.ids[0] !== dropped || row.ids.length === 1) return row;
    return withoutFirstToken(row, channels);
  }

  /** A list of rows as this feed's runs see them. */
  shownRows(rows: readonly TokenizedExample[]): readonly TokenizedExample[] {
    if (this.#options.dropped === null) return rows;
    const known = this.#lists.get(rows);
    if (known) return known;
    const list = rows.map((row) => {
      const shown = this.#shown.get(row) ?? this.shown(row);
      this.#shown.set(row, shown);
      return shown;
    });
    this.#lists.set(rows, list);
    return list;
  }

  /** The shortest padded length that holds so many tokens, or the longest there is. */
  bucketFor(tokens: number): number {
    const buckets = [...this.#buffers.keys()];
    return buckets.find((length) => tokens <= length) ?? buckets.at(-1)!;
  }

  /** Every row once, by length, so that batches are padded little. */
  batches(examples: readonly Pick<TokenizedExample, "ids">[]): PlannedBatch[] {
    const { batchSize } = this.#options;
    const tokens = (row: number) => examples[row]!.ids.length;
    const order = [...examples.keys()].sort((a, b) => tokens(a) - tokens(b));
    return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, index) => {
      const rows = order.slice(index * batchSize, (index + 1) * batchSize);
      return { rows, bucket: this.bucketFor(tokens(rows.at(-1)!)) };
    });
  }

  /**
   * Puts a batch into the buffers of its padded length; returns its real tokens.
   * @param change of the arrays, before they are there
   */
  fill<Row extends Pick<TokenizedExample, "ids" | "text">>(
    examples: readonly Row[],
    batch: PlannedBatch,
    change?: (arrays: BatchArrays, rows: readonly Row[]) => void,
  ): number {
    const arrays = this.#arrays.get(batch.bucket)!;
    const tokens = fillBatch(examples, batch, this.#options.padId, arrays);
    const rows = batch.rows.map((row) => examples[row]!);
    change?.(arrays, rows);
    const buffers = this.#buffers.get(batch.bucket)!;
    buffers.upload(arrays);
    buffers.rows = rows;
    return tokens;
  }
}
