/**
 * One training step of one run for one batch shape, made once and replayed: forward session, loss, backward pass. Nothing
 * is allocated or compiled when it runs.
 */

import { writeGraph } from "../forward/graph";
import type { ForwardSession } from "../forward/runtime";
import { type CompiledDispatches, compileDispatches } from "../gpu/dispatches";
import { crossEntropy } from "../kernels/cross-entropy";
import { type Dispatch, dispatch } from "../kernels/kernel";
import { meanLoss } from "../kernels/mean-loss";
import type { Reference } from "../program/operation";
import { type Tensor, tensorBytes } from "../program/tensor";
import type { BaseModel } from "./base-model";
import type { BatchBuffers } from "./batch-buffers";
import type { Engine } from "./engine";
import type { Parameters } from "./parameters";
import type { TunedProgram } from "./tuned-program";
import type { Claim, Workspace } from "./workspace";

export interface StepBindings {
  readonly model: BaseModel;
  readonly parameters: Parameters;
  readonly batch: BatchBuffers;
  /** [loss, gradient norm] */
  readonly metrics: GPUBuffer;
  /** What the frozen model computed for the method's text, by tensor name. */
  readonly semantic: ReadonlyMap<string, GPUBuffer>;
}

export class Step {
  readonly tuned: TunedProgram;
  readonly batch: BatchBuffers;
  /** Bytes that only live within the step. */
  readonly activationBytes: number;
  readonly #claim: Claim;
  readonly #saved: ReadonlyMap<Tensor, number>;
  readonly #places: { logits: number; seed: number; rowLoss: number };
  #session: ForwardSession | null = null;
  #loss: CompiledDispatches | null = null;
  #backward: CompiledDispatches | null = null;

  /** Claims its place in the workspace; `compile` comes after the workspace is allocated. */
  constructor(tuned: TunedProgram, batch: BatchBuffers, workspace: Workspace) {
    this.tuned = tuned;
    this.batch = batch;
    const { sizes, saved, places } = stepMemory(tuned);
    this.#saved = saved;
    this.#places = places;
    this.activationBytes = sizes.reduce((sum, size) => sum + size, 0);
    this.#claim = workspace.claim(sizes);
  }

  get logits(): GPUBuffer {
    return this.#claim.buffer(this.#places.logits);
  }

  /** Loss of every row, 0 where the label is ignored. */
  get rowLoss(): GPUBuffer {
    return this.#claim.buffer(this.#places.rowLoss);
  }

  async compile(engine: Engine, bindings: StepBindings, owner: string, progress?: () => void): Promise<void> {
    const { logits, plan } = this.tuned;
    const [rows, classes] = logits.shape as [number, number];
    const buffer = (tensor: Tensor) => this.#buffer(tensor, bindings);
    const graph = writeGraph(this.tuned.program, [logits, ...plan.saved]);
    this.#session = await engine.runtime.session(graph, buffer);
    const seed = this.#claim.buffer(this.#places.seed);
    const { labels } = bindings.batch;
    const { rowLoss, logits: logitsBuffer } = this;
    const loss: Dispatch<GPUBuffer>[] = [
      dispatch(crossEntropy, { logits: logitsBuffer, labels, rowLoss, out: seed }, { rows, classes }),
      dispatch(meanLoss, { rowLoss, labels, metrics: bindings.metrics }, { rows }),
    ];
    this.#loss = await compileDispatches(engine, loss, { owner });
    const resolve = (reference: Reference): GPUBuffer => {
      if (reference.kind === "seed") return seed;
      if (reference.kind === "gradient") return bindings.parameters.gradient(reference.tensor.name);
      if (reference.kind === "scratch") return this.#claim.buffer(reference.slot);
      return buffer(reference.tensor);
    };
    const backward = plan.dispatches.map((step) => ({
      ...step,
      bindings: Object.fromEntries(Object.entries(step.bindings).map(([name, place]) => [name, resolve(place)])),
    }));
    this.#backward = await compileDispatches(engine, backward, { owner });
    progress?.();
  }

  /** Resolves when the forward pass has been submitted. */
  async forward(): Promise<void> {
    await required(this.#session).run();
  }

  /** Loss of the forward pass just run, and its gradient with respect to the logits. */
  encodeLoss(encoder: GPUCommandEncoder): void {
    required(this.#loss).encode(encoder);
  }

  /** Gradients of all trainables, from the loss just encoded. */
  encodeBackward(encoder: GPUCommandEncoder): void {
    required(this.#backward).encode(encoder);
  }

  async release(): Promise<void> {
    await this.#session?.release();
    this.#loss?.release();
    this.#backward?.release();
  }

  #buffer(tensor: Tensor, { model, parameters, batch, semantic }: StepBindings): GPUBuffer {
    if (tensor === this.tuned.ids) return batch.ids;
    if (tensor === this.tuned.lengths) return batch.lengths;
    if (tensor === this.tuned.logits) return this.logits;
    if (tensor.role === "trainable") return parameters.value(tensor.name);
    const place = this.#saved.get(tensor);
    if (place !== undefined) return this.#claim.buffer(place);
    return semantic.get(tensor.name) ?? model.buffer(tensor);
  }
}

/** Sizes in bytes of everything that lives within one step: working memory first, then saved activations, then the head's. */
export function stepMemory({ plan, logits }: Pick<TunedProgram, "plan" | "logits">): {
  sizes: number[];
  saved: Map<Tensor, number>;
  places: { logits: number; seed: number; rowLoss: number };
} {
  const sizes = plan.slots.map((elements) => elements * 4);
  const saved = new Map<Tensor, number>();
  for (const tensor of plan.saved) saved.set(tensor, sizes.push(tensorBytes(tensor)) - 1);
  const place = (bytes: number) => sizes.push(bytes) - 1;
  const places = {
    logits: place(tensorBytes(logits)),
    seed: place(tensorBytes(logits)),
    rowLoss: place(logits.shape[0]! * 4),
  };
  return { sizes, saved, places };
}

function required<Item>(item: Item | null): Item {
  if (!item) throw new Error("The step is not compiled.");
  return item;
}
