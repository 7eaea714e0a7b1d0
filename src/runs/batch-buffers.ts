/**
 * One batch of one shape on the device, filled again and again; all runs of a comparison read the
 * same one.
 */

import type { Layer } from "../base/leaves";
import { type BatchArrays, INPUT_IDS, LENGTHS } from "../data/batches";
import { type Channel, channelLength, rowLabels } from "../data/channels";
import type { EncodedRow } from "../data/tokens";
import type { DeviceBuffer, Executor } from "../executors/executor";

/** Elements of 4 bytes of every buffer of a batch that is read by its name. */
function sizesOf(size: number, tokens: number, channels: readonly Channel[]): [name: string, elements: number][] {
  const own = channels.map((channel): [string, number] => [channel.name, channelLength(channel, size, tokens)]);
  return [[INPUT_IDS, size * tokens], [LENGTHS, size], ...own];
}

/** How many tokens can have a label; 0 where a row has one. */
function labelledTokens(size: number, tokens: number, channels: readonly Channel[]): number {
  return channels.some(({ name, perToken }) => name === rowLabels.name && perToken) ? size * tokens : 0;
}

/** Bytes of the buffers of one batch. */
export function batchBytes(size: number, tokens: number, channels: readonly Channel[]): number {
  const named = sizesOf(size, tokens, channels).reduce((sum, [, elements]) => sum + elements, 0);
  return 4 * (named + labelledTokens(size, tokens, channels));
}

export class BatchBuffers {
  readonly size: number;
  readonly tokens: number;
  readonly channels: readonly Channel[];
  /** Where the labelled tokens are, ascending, then −1; null where a row has one label. */
  readonly labelled: DeviceBuffer | null;
  /** How many labels of the batch that is in the buffers count. */
  labelledCount = 0;
  /** The rows that are in the buffers; fewer than `size` in a short batch. */
  rows: readonly Pick<EncodedRow, "text">[] = [];
  readonly #executor: Executor;
  readonly #buffers: ReadonlyMap<string, DeviceBuffer>;
  readonly #labelled: Int32Array<ArrayBuffer>;

  /** Default of `channels`: a label for each row. */
  constructor(
    executor: Executor,
    size: number,
    tokens: number,
    owner: string,
    channels: readonly Channel[] = [rowLabels],
  ) {
    this.#executor = executor;
    this.size = size;
    this.tokens = tokens;
    this.channels = channels;
    const allocate = (label: string, elements: number) =>
      executor.memory.allocate(elements * 4, { label, category: "runtime", owner });
    this.#buffers = new Map(
      sizesOf(size, tokens, channels).map(([name, elements]) => [name, allocate(name, elements)]),
    );
    const labelled = labelledTokens(size, tokens, channels);
    this.labelled = labelled > 0 ? allocate("labelled tokens", labelled) : null;
    this.#labelled = new Int32Array(labelled);
  }

  /** Which of its buffers the inputs of a Program are, by their names. */
  readonly layer: Layer = ({ name, role }) => (role === "input" ? this.buffer(name) : undefined);

  /** Ids, lengths or a channel by its name. Throws an Error if the batch has none of that name. */
  buffer(name: string): DeviceBuffer {
    const buffer = this.#buffers.get(name);
    if (!buffer) throw new Error(`The batch has no "${name}".`);
    return buffer;
  }

  /** Queued before whatever is submitted next. The arrays are those of this batch's channels. */
  upload({ inputIds, lengths, channels }: Pick<BatchArrays, "inputIds" | "lengths" | "channels">): void {
    const executor = this.#executor;
    executor.write(this.buffer(INPUT_IDS), inputIds);
    executor.write(this.buffer(LENGTHS), lengths);
    for (const { name } of this.channels) executor.write(this.buffer(name), channels[name]!);
    const labels = channels[rowLabels.name]!;
    this.labelledCount = 0;
    this.#labelled.fill(-1);
    for (let place = 0; place < labels.length; place++) {
      if (labels[place]! < 0) continue;
      if (this.labelled) this.#labelled[this.labelledCount] = place;
      this.labelledCount++;
    }
    if (this.labelled) executor.write(this.labelled, this.#labelled);
  }
}
