/**
 * One training step of one run for one batch shape, made once and replayed: forward session, loss,
 * backward pass. Nothing is allocated or compiled when it runs.
 */

import { held, type Leaves, leaves } from "../base/leaves";
import { hashName } from "../data/random";
import type { Costs } from "../executors/costs";
import type { Commands, CompiledDispatches, DeviceBuffer, Executor, Session } from "../executors/executor";
import { writeGraph } from "../forward/graph";
import { dropoutMask } from "../kernels/dropout-mask";
import { dispatch } from "../kernels/kernel";
import { bind, type Place } from "../program/place";
import { elementCount, type Tensor, tensorBytes } from "../program/tensor";
import type { BatchBuffers } from "./batch-buffers";
import { stepFlops } from "./flops";
import type { TunedProgram } from "./tuned-program";
import type { Claim, Workspace } from "./workspace";

export interface StepBindings {
  /** Of whatever the step reads and neither the batch nor the workspace holds. */
  readonly leaves: Leaves;
  /** Of a trained tensor; left out where the step is only evaluated. */
  readonly gradient?: (name: string) => DeviceBuffer;
  readonly batch: BatchBuffers;
  /** [loss, gradient norm, penalty] */
  readonly stepFigures: DeviceBuffer;
  /** Four integers: what dropout masks are drawn from. */
  readonly draw: DeviceBuffer;
  /** Of the dropout masks. */
  readonly seed: number;
}

/**
 * Integers that dropout masks are drawn from: seed, step, 1 in training, and one that fills 16
 * bytes.
 */
export const DRAW = 4;

export class Step {
  readonly tuned: TunedProgram;
  readonly batch: BatchBuffers;
  /** Bytes that only live within the step. */
  readonly activationBytes: number;
  readonly #claim: Claim;
  readonly #saved: ReadonlyMap<Tensor, number>;
  readonly #places: StepPlaces;
  #session: Session | null = null;
  /** Says what is drawn from, and draws the dropout masks; null where nothing is drawn. */
  #noise: ((step: number | null) => Promise<void>) | null = null;
  #releaseNoise: (() => void) | null = null;
  #parts: {
    readonly rows: number;
    readonly dispatches: CompiledDispatches;
    readonly learn: CompiledDispatches | null;
  }[] = [];
  /** What an update takes out of the batch. */
  #pruning: {
    readonly parts: readonly { readonly rows: number; readonly dispatches: CompiledDispatches }[];
    readonly last: CompiledDispatches;
  } | null = null;
  /** Gradients that the loss adds to. */
  #learned: readonly DeviceBuffer[] = [];
  /** What the parts of the loss read; null where it has none. */
  #first: CompiledDispatches | null = null;
  #flops: number | null = null;
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

  /** Floating-point operations of one update. */
  get flops(): number {
    const flops = this.#flops ?? stepFlops(this.tuned).total;
    this.#flops = flops;
    return flops;
  }

  get logits(): DeviceBuffer {
    return this.#claim.buffer(this.#places.logits);
  }

  /** What an evaluation keeps of every label: the read-out, or what is predicted. */
  get recorded(): DeviceBuffer {
    const { predictions } = this.#places;
    return predictions === null ? this.logits : this.#claim.buffer(predictions);
  }

  /** Loss of every label, 0 where it is ignored. */
  get losses(): DeviceBuffer {
    return this.#claim.buffer(this.#places.losses);
  }

  /**
   * Something that the backward pass keeps of the forward pass, by its name. Throws if it keeps
   * nothing of that name.
   */
  kept(name: string): DeviceBuffer {
    for (const [tensor, place] of this.#saved) if (tensor.name === name) return this.#claim.buffer(place);
    throw new Error(`The step keeps no "${name}".`);
  }

  async compile(executor: Executor, bindings: StepBindings, owner: string, progress?: () => void): Promise<void> {
    const { logits, loss, backward } = this.tuned;
    const buffer = this.#leaves(bindings);
    const graph = writeGraph(this.tuned.program, [...new Set([logits, ...backward.saved])]);
    this.#session = await executor.session(graph, buffer);
    const { gradient = noGradient } = bindings;
    const { scratch } = this.#places;
    const inLoss = this.#placing(bindings, buffer, (slot) => scratch[slot]!);
    const inBackward = this.#placing(bindings, buffer, (slot) => slot);
    if (loss.first.length > 0) this.#first = await executor.compile(bind(loss.first, inLoss), { owner });
    for (const { rows, dispatches, learn } of loss.parts) {
      this.#parts.push({
        rows,
        dispatches: await executor.compile(bind(dispatches, inLoss), { owner }),
        learn: learn.length > 0 ? await executor.compile(bind(learn, inLoss), { owner }) : null,
      });
    }
    if (loss.pruning) {
      const parts = [];
      for (const { rows, dispatches } of loss.pruning.parts) {
        parts.push({ rows, dispatches: await executor.compile(bind(dispatches, inLoss), { owner }) });
      }
      this.#pruning = { parts, last: await executor.compile(bind(loss.pruning.last, inLoss), { owner }) };
    }
    this.#learned = loss.trained.map(({ name }) => gradient(name));
    this.#loss = await executor.compile(bind(loss.last, inLoss), { owner });
    const results = backward.trained.map(({ name }) => gradient(name));
    this.#backward = await executor.compile(bind(backward.dispatches, inBackward), { owner, results });
    await this.#compileNoise(executor, bindings, owner);
    progress?.();
  }

  /**
   * Resolves when the forward pass has been submitted: of an update with its dropout masks, or of
   * an evaluation (null).
   */
  async forward(step: number | null = null): Promise<void> {
    const session = required(this.#session);
    await this.#noise?.(step);
    await session.run();
  }

  /**
   * Loss of the forward pass just run, and its gradient with respect to the logits; `learn`: what
   * only an update needs, too.
   */
  recordLoss(commands: Commands, learn = false): void {
    if (this.#parts.length > 0) this.#clear(commands);
    if (learn) for (const gradient of this.#learned) commands.clear(gradient);
    if (this.#first) commands.run(this.#first);
    if (learn && this.#pruning) {
      for (const { dispatches } of this.#needed(this.#pruning.parts)) commands.run(dispatches);
      commands.run(this.#pruning.last);
    }
    for (const { dispatches, learn: learning } of this.#needed(this.#parts)) {
      commands.run(dispatches);
      if (learn && learning) commands.run(learning);
    }
    commands.run(required(this.#loss));
  }

  /** The parts that the labels of the batch in the buffers take. */
  *#needed<Part extends { readonly rows: number }>(parts: readonly Part[]): Iterable<Part> {
    let left = this.batch.labelledCount;
    for (const part of parts) {
      if (left <= 0) return;
      yield part;
      left -= part.rows;
    }
  }

  /** Gradients of all trainables, from the loss just encoded. */
  recordBackward(commands: Commands): void {
    commands.run(required(this.#backward));
  }

  async release(): Promise<void> {
    await this.#session?.release();
    for (const { dispatches, learn } of this.#parts) {
      dispatches.release();
      learn?.release();
    }
    for (const { dispatches } of this.#pruning?.parts ?? []) dispatches.release();
    this.#pruning?.last.release();
    this.#first?.release();
    this.#loss?.release();
    this.#backward?.release();
    this.#releaseNoise?.();
  }

  async #compileNoise(executor: Executor, { draw, seed }: StepBindings, owner: string): Promise<void> {
    const list = this.tuned.program.noises.map((noise) =>
      dispatch(
        dropoutMask,
        { draw, out: this.#claim.buffer(this.#saved.get(noise)!) },
        { count: elementCount(noise.shape), salt: hashName(noise.name) >>> 0, rate: noise.rate },
      ),
    );
    if (list.length === 0 && !this.tuned.loss.pruning) return;
    const compiled = list.length === 0 ? null : await executor.compile(list, { owner });
    const values = new Int32Array(DRAW);
    this.#releaseNoise = () => compiled?.release();
    this.#noise = async (step) => {
      values.set([seed ^ Math.floor(seed / 2 ** 32), step ?? 0, step === null ? 0 : 1]);
      executor.write(draw, values);
      if (!compiled) return;
      const commands = executor.commands();
      commands.run(compiled);
      await commands.submit();
    };
  }

  /** What the parts of a loss leave as it is where there is no label. */
  #clear(commands: Commands): void {
    const { logits } = this.tuned;
    const labels = logits.shape[0]!;
    commands.clear(this.#claim.buffer(this.#places.seed), 0, tensorBytes(logits));
    commands.clear(this.losses, 0, labels * 4);
    commands.clear(this.recorded, 0, labels * 4);
  }

  /** Where places are; `scratch`: which of the claimed buffers a slot of working memory is. */
  #placing(
    { gradient = noGradient, batch, stepFigures, draw }: StepBindings,
    buffer: Leaves,
    scratch: (slot: number) => number,
  ): (place: Place) => DeviceBuffer {
    return (place) => {
      switch (place.kind) {
        case "value":
          return buffer(place.tensor);
        case "gradient":
          return gradient(place.tensor.name);
        case "scratch":
          return this.#claim.buffer(scratch(place.slot));
        case "output":
          return this.logits;
        case "seed":
          return this.#claim.buffer(this.#places.seed);
        case "channel":
          return batch.buffer(place.name);
        case "labelled":
          return required(batch.labelled);
        case "losses":
          return this.losses;
        case "predictions":
          return this.recorded;
        case "stepFigures":
          return stepFigures;
        case "draw":
          return draw;
      }
    };
  }

  #leaves({ leaves: others, batch }: StepBindings): Leaves {
    const within = new Map([[this.tuned.logits, this.logits]]);
    for (const [tensor, place] of this.#saved) within.set(tensor, this.#claim.buffer(place));
    return leaves(batch.layer, held(within), others);
  }
}

const noGradient = (name: string): never => {
  throw new Error(`The step is only evaluated, so "${name}" has no gradient.`);
};

/** Bytes that a step's compiled dispatches take beside what they are bound to. */
export function compiledBytes(
  costs: Pick<Costs, "dispatches">,
  { program, backward, loss }: Pick<TunedProgram, "program" | "backward" | "loss">,
): number {
  const parts = loss.parts.flatMap(({ dispatches, learn }) => [dispatches, learn]);
  const pruning = loss.pruning ? [...loss.pruning.parts.map(({ dispatches }) => dispatches), loss.pruning.last] : [];
  // Those that may be empty are not compiled then.
  const some = [loss.first, ...pruning, ...parts].filter(({ length }) => length > 0);
  const lists = [loss.last, backward.dispatches, ...some];
  const noises = program.noises.length > 0 ? costs.dispatches(program.noises.length) : 0;
  return lists.reduce((sum, { length }) => sum + costs.dispatches(length), noises);
}

/** Places in the workspace by what they hold. */
interface StepPlaces {
  readonly logits: number;
  readonly seed: number;
  readonly losses: number;
  readonly predictions: number | null;
  readonly scratch: readonly number[];
}

/**
 * Bytes of everything that lives within one step: working memory, then saved activations and
 * dropout masks, then the loss's.
 */
export function stepMemory({
  program,
  backward,
  logits,
  loss,
  task,
}: Pick<TunedProgram, "program" | "backward" | "logits" | "loss" | "task">): {
  sizes: number[];
  saved: Map<Tensor, number>;
  places: StepPlaces;
} {
  const sizes = backward.slots.map((elements) => elements * 4);
  const saved = new Map<Tensor, number>();
  for (const tensor of [...backward.saved, ...program.noises]) {
    if (tensor !== logits) saved.set(tensor, sizes.push(tensorBytes(tensor)) - 1);
  }
  const place = (bytes: number) => sizes.push(bytes) - 1;
  const rows = logits.shape[0]!;
  const places = {
    logits: place(tensorBytes(logits)),
    seed: place(tensorBytes(logits)),
    losses: place(rows * 4),
    predictions: task.recorded(0).predicted ? place(rows * 4) : null,
    scratch: loss.scratch.map((elements) => place(elements * 4)),
  };
  return { sizes, saved, places };
}

function required<Item>(item: Item | null): Item {
  if (!item) throw new Error("The step is not compiled.");
  return item;
}
