/** One batch of one shape on the GPU, filled again and again; all runs of a comparison read the same one. */

import { held, type Layer } from "../base/leaves";
import type { BatchArrays, TargetShape } from "../data/batches";
import type { DeviceBuffer, Executor } from "../executors/executor";
import type { Tensor } from "../program/tensor";

/** Bytes of the buffers of one batch. */
export function batchBytes(size: number, tokens: number, { perToken, values, types }: TargetShape): number {
  const labels = perToken ? 2 * size * tokens : size;
  return 4 * (size * tokens * (types ? 2 : 1) + size + labels + size * values);
}

export class BatchBuffers {
  readonly size: number;
  readonly tokens: number;
  readonly ids: DeviceBuffer;
  readonly lengths: DeviceBuffer;
  readonly labels: DeviceBuffer;
  /** Null where the model reads none. */
  readonly types: DeviceBuffer | null;
  /** Null where the task has no values. */
  readonly values: DeviceBuffer | null;
  /** Where the labelled tokens are, ascending, then −1; null where a row has one label. */
  readonly labelled: DeviceBuffer | null;
  /** How many labels of the batch that is in the buffers count. */
  labelledCount = 0;
  readonly #executor: Executor;
  readonly #labelled: Int32Array<ArrayBuffer>;

  constructor(executor: Executor, size: number, tokens: number, owner: string, targets?: TargetShape) {
    this.#executor = executor;
    this.size = size;
    this.tokens = tokens;
    const allocate = (label: string, count: number) =>
      executor.memory.allocate(count * 4, { label, category: "runtime", owner });
    this.ids = allocate("input ids", size * tokens);
    this.lengths = allocate("lengths", size);
    this.types = targets?.types ? allocate("token types", size * tokens) : null;
    const perToken = targets?.perToken === true;
    const labels = perToken ? size * tokens : size;
    this.labels = allocate("labels", labels);
    this.values = targets?.values ? allocate("values", size * targets.values) : null;
    this.labelled = perToken ? allocate("labelled tokens", labels) : null;
    this.#labelled = new Int32Array(perToken ? labels : 0);
  }

  /** Which of its buffers the inputs of a Program are. */
  layer({ ids, lengths, types }: { ids: Tensor; lengths: Tensor; types: Tensor | undefined }): Layer {
    const inputs = new Map([
      [ids, this.ids],
      [lengths, this.lengths],
    ]);
    if (types && this.types) inputs.set(types, this.types);
    return held(inputs);
  }

  /** Queued before whatever is submitted next. */
  upload({
    inputIds,
    lengths,
    labels,
    values,
    types,
  }: Omit<BatchArrays, "values" | "scale" | "types"> & Partial<Pick<BatchArrays, "values" | "types">>): void {
    const write = (buffer: DeviceBuffer, array: Int32Array | Float32Array) => this.#executor.write(buffer, array);
    write(this.ids, inputIds);
    write(this.lengths, lengths);
    write(this.labels, labels);
    if (this.types && types) write(this.types, types);
    if (this.values && values) write(this.values, values);
    this.labelledCount = 0;
    this.#labelled.fill(-1);
    for (let place = 0; place < labels.length; place++) {
      if (labels[place]! < 0) continue;
      if (this.labelled) this.#labelled[this.labelledCount] = place;
      this.labelledCount++;
    }
    if (this.labelled) write(this.labelled, this.#labelled);
  }
}
