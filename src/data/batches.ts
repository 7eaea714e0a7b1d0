/**
 * Which rows go into which batch, and a batch's arrays. Rows are padded to few fixed lengths
 * ("buckets"), because every shape costs a compiled program; rows of like length share a batch,
 * because padding costs time.
 */

import { type Channel, type ChannelArray, channelLength, fillChannel, rowLabels } from "./channels";
import { Random } from "./random";
import type { TokenizedExample } from "./tokens";

const LENGTH_MULTIPLE = 8;
/**
 * A further bucket must save this share of all padded tokens, or it is not worth another compiled
 * shape.
 */
const WORTHWHILE_SAVING = 0.03;

/**
 * Padded lengths, ascending: at most `most`, multiples of 8 (the last one `maxLength` where that is
 * shorter), chosen so that padding every row to its bucket costs the fewest tokens. The last bucket
 * holds the longest row.
 * @throws RangeError when there are no lengths, or one is below 1 or above `maxLength`.
 */
export function bucketLengths(lengths: ArrayLike<number>, maxLength: number, most = 4): number[] {
  if (lengths.length === 0) throw new RangeError("bucket lengths: there are no rows to make batches of.");
  const roundUp = (length: number) => Math.min(Math.ceil(length / LENGTH_MULTIPLE) * LENGTH_MULTIPLE, maxLength);
  const counts = new Map<number, number>();
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length < 1 || length > maxLength) {
      throw new RangeError(`bucket lengths: row ${row} has ${length} tokens; 1 to ${maxLength} can be batched.`);
    }
    counts.set(roundUp(length), (counts.get(roundUp(length)) ?? 0) + 1);
  }
  const candidates = [...counts.keys()].sort((a, b) => a - b);
  const rowsUpTo: number[] = [0];
  for (const candidate of candidates) rowsUpTo.push(rowsUpTo.at(-1)! + counts.get(candidate)!);
  // cost[j]: fewest padded tokens for the j shortest candidates with the present number of buckets;
  // the last bucket ends at j.
  let cost = rowsUpTo.map((rows, j) => (j === 0 ? 0 : rows * candidates[j - 1]!));
  let chosen = cost.map((_, j) => (j === 0 ? [] : [candidates[j - 1]!]));
  let best = { cost: cost.at(-1)!, buckets: chosen.at(-1)! };
  for (let used = 2; used <= Math.min(most, candidates.length); used++) {
    const nextCost = [...cost];
    const nextChosen = [...chosen];
    for (let j = 1; j <= candidates.length; j++) {
      for (let i = 1; i < j; i++) {
        const padded = cost[i]! + (rowsUpTo[j]! - rowsUpTo[i]!) * candidates[j - 1]!;
        if (padded < nextCost[j]!) {
          nextCost[j] = padded;
          nextChosen[j] = [...chosen[i]!, candidates[j - 1]!];
        }
      }
    }
    cost = nextCost;
    chosen = nextChosen;
    if (cost.at(-1)! <= best.cost * (1 - WORTHWHILE_SAVING)) best = { cost: cost.at(-1)!, buckets: chosen.at(-1)! };
  }
  return best.buckets;
}

export interface PlannedBatch {
  /** Indexes into the examples; fewer than the batch size only in an epoch's last batch. */
  rows: number[];
  /** The padded length of every row. */
  bucket: number;
}

export interface BatchOptions {
  /** Tokens of each example. */
  lengths: ArrayLike<number>;
  batchSize: number;
  /** From `bucketLengths`. */
  buckets: readonly number[];
  seed: number;
  /** Without it rows come in the file's order, whatever their lengths. */
  shuffle: boolean;
}

/**
 * The batches of one epoch, the same for the same options: ceil(rows / batchSize) of them, every
 * row once. With `shuffle` rows are drawn by seed and epoch, rows of one bucket share batches (what
 * is left over joins the next longer bucket), and batches come in random order, a short one last.
 * @throws RangeError when a length exceeds the last bucket.
 */
export function planBatches({
  lengths,
  batchSize,
  buckets,
  seed,
  shuffle,
  epoch,
}: BatchOptions & { epoch: number }): PlannedBatch[] {
  const rows = Array.from({ length: lengths.length }, (_, row) => row);
  const bucketOf = (row: number) => {
    const bucket = buckets.find((candidate) => lengths[row]! <= candidate);
    if (bucket === undefined) {
      throw new RangeError(
        `batches: row ${row} has ${lengths[row]} tokens; the longest bucket holds ${buckets.at(-1)}.`,
      );
    }
    return bucket;
  };
  const toBatch = (members: number[]): PlannedBatch => ({ rows: members, bucket: Math.max(...members.map(bucketOf)) });
  if (!shuffle) return chunk(rows, batchSize).map(toBatch);

  const random = new Random(seed, `batches/${epoch}`);
  random.shuffle(rows);
  const rowsOfBucket = new Map<number, number[]>(buckets.map((bucket) => [bucket, []]));
  for (const row of rows) rowsOfBucket.get(bucketOf(row))!.push(row);
  const full: PlannedBatch[] = [];
  let left: number[] = [];
  for (const bucket of buckets) {
    const members = [...left, ...rowsOfBucket.get(bucket)!];
    const whole = members.length - (members.length % batchSize);
    full.push(...chunk(members.slice(0, whole), batchSize).map(toBatch));
    left = members.slice(whole);
  }
  random.shuffle(full);
  return left.length > 0 ? [...full, toBatch(left)] : full;
}

function chunk(rows: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}

/** Batches without end, epoch after epoch. */
export class BatchStream {
  readonly batchesPerEpoch: number;
  readonly #options: BatchOptions;
  #epoch = -1;
  #batches: PlannedBatch[] = [];
  #taken: number;

  /**
   * @param start How many batches to pass over: a run that goes on after `start` steps sees what it
   * would have seen.
   * @throws RangeError when there are no rows or the batch size is not a positive whole number.
   */
  constructor(options: BatchOptions, start = 0) {
    if (options.lengths.length === 0) throw new RangeError("batches: there are no rows to make batches of.");
    if (!Number.isSafeInteger(options.batchSize) || options.batchSize < 1) {
      throw new RangeError(`batch size: ${options.batchSize} is not a positive whole number.`);
    }
    this.#options = options;
    this.#taken = start;
    this.batchesPerEpoch = Math.ceil(options.lengths.length / options.batchSize);
  }

  /**
   * The next batch; `epoch` says how many epochs are done once it has been used (0.5: half of the
   * first).
   */
  next(): PlannedBatch & { epoch: number } {
    const epoch = Math.floor(this.#taken / this.batchesPerEpoch);
    if (epoch !== this.#epoch) {
      this.#batches = planBatches({ ...this.#options, epoch });
      this.#epoch = epoch;
    }
    const batch = this.#batches[this.#taken % this.batchesPerEpoch]!;
    this.#taken++;
    return { ...batch, epoch: this.#taken / this.batchesPerEpoch };
  }
}

/** A batch's tensors beside its channels: ids [batchSize · bucket] and lengths [batchSize]. */
export const INPUT_IDS = "input_ids";
export const LENGTHS = "lengths";

/** A batch of one shape, filled again and again. */
export interface BatchArrays {
  batchSize: number;
  bucket: number;
  /** [batchSize, bucket], padded on the right. */
  inputIds: Int32Array;
  /** [batchSize]: real tokens per row; 1 for a row that only fills up a short batch. */
  lengths: Int32Array;
  /**
   * By the channel's name: [batchSize, width], or [batchSize, bucket, width] where every token has
   * something.
   */
  channels: Readonly<Record<string, ChannelArray>>;
  described: readonly Channel[];
}

/** Default of `channels`: a label for each row. */
export function createBatchArrays(
  batchSize: number,
  bucket: number,
  channels: readonly Channel[] = [rowLabels],
): BatchArrays {
  const arrays = channels.map((channel) => {
    const length = channelLength(channel, batchSize, bucket);
    return [channel.name, channel.type === "int32" ? new Int32Array(length) : new Float32Array(length)];
  });
  return {
    batchSize,
    bucket,
    inputIds: new Int32Array(batchSize * bucket),
    lengths: new Int32Array(batchSize),
    channels: Object.fromEntries(arrays),
    described: channels,
  };
}

/**
 * Writes a planned batch into arrays of its bucket, allocating nothing. Returns the number of real
 * tokens.
 * @throws RangeError when the arrays are of another bucket or too few rows.
 */
export function fillBatch(
  examples: readonly Pick<TokenizedExample, "ids">[],
  batch: PlannedBatch,
  padId: number,
  into: BatchArrays,
): number {
  const { batchSize, bucket, inputIds, lengths } = into;
  if (bucket !== batch.bucket || batch.rows.length > batchSize) {
    throw new RangeError(
      `fill batch: ${batch.rows.length} rows of ${batch.bucket} tokens do not fit arrays of ${batchSize} rows of ${bucket}.`,
    );
  }
  inputIds.fill(padId);
  lengths.fill(1);
  let tokens = 0;
  for (let slot = 0; slot < batch.rows.length; slot++) {
    const { ids } = examples[batch.rows[slot]!]!;
    inputIds.set(ids, slot * bucket);
    lengths[slot] = ids.length;
    tokens += ids.length;
  }
  for (const channel of into.described) {
    const array = into.channels[channel.name]!;
    const stride = array.length / batchSize;
    array.fill(channel.filler);
    for (let slot = 0; slot < batch.rows.length; slot++) {
      fillChannel(array, channel, examples[batch.rows[slot]!]!, slot, stride);
    }
  }
  return tokens;
}
