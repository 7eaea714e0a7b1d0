/**
 * Program → backward plan: the kernels of every vector-Jacobian product in reverse order, what they
 * need saved from the forward pass, and how much working memory they take. Pure: no device, so that
 * it also serves the memory estimate.
 */

import { addScaled } from "../kernels/add-scaled";
import { type Dispatch, dispatch } from "../kernels/kernel";
import type { Operation, Tape } from "../program/operation";
import type { Place } from "../program/place";
import type { Program } from "../program/program";
import { requireWhole } from "../program/row-parts";
import { elementCount, type Tensor, type Trainable } from "../program/tensor";

export interface BackwardPlan {
  readonly dispatches: readonly Dispatch<Place>[];
  /** Activations that the forward pass must give out. */
  readonly saved: readonly Tensor[];
  /** Trainables that get a gradient; the others do not influence the result. */
  readonly trained: readonly Trainable[];
  /** Size in elements of each working-memory slot. */
  readonly slots: readonly number[];
}

/**
 * Plans the backward pass from the gradient of `result`, which the loss writes to the `seed`
 * reference. `begun`: trained tensors whose gradients the loss has begun (tied embeddings, which
 * the head over the vocabulary reads too); the pass adds to them.
 */
export function planBackward(program: Program, result: Tensor, begun: readonly Trainable[] = []): BackwardPlan {
  const active = program.active();
  const recorder = new Recorder(program, active);
  for (const tensor of begun) recorder.begin(tensor);
  recorder.seed(result);
  for (const operation of program.needed([result]).reverse()) {
    if (operation.outputs.some((output) => active.has(output))) recorder.record(operation);
  }
  return recorder.finish();
}

/**
 * Plans the gradient of `result` with respect to one activation, from the gradient of `result` that
 * is in the `seed` reference: it comes to lie where `input`'s `gradient` reference is. Nothing that
 * is trained gets one.
 */
export function planInputGradient(program: Program, result: Tensor, input: Tensor): BackwardPlan {
  const active = program.active([input]);
  const recorder = new Recorder(program, active, input);
  recorder.seed(result);
  const producer = program.producer(input);
  for (const operation of program.needed([result]).reverse()) {
    // What computes the input, and whatever is before it, has nothing to send.
    if (operation !== producer && operation.outputs.some((output) => active.has(output))) recorder.record(operation);
  }
  return recorder.finish();
}

/** Where a gradient lies, and how many tensors' gradients share it. */
interface Holder {
  readonly reference: Place;
  sharers: number;
}

class Recorder implements Tape {
  readonly #program: Program;
  readonly #active: ReadonlySet<Tensor>;
  /** An activation whose gradient is a result, as those of trained tensors are; null: none. */
  readonly #input: Tensor | null;
  readonly #dispatches: Dispatch<Place>[] = [];
  readonly #saved = new Set<Tensor>();
  readonly #trained = new Set<Trainable>();
  readonly #holders = new Map<Tensor, Holder>();
  readonly #slots: number[] = [];
  readonly #freeSlots: number[] = [];
  /** Working memory of the operation being recorded. */
  #temporary = new Set<number>();

  constructor(program: Program, active: ReadonlySet<Tensor>, input: Tensor | null = null) {
    this.#program = program;
    this.#active = active;
    this.#input = input;
  }

  seed(result: Tensor): void {
    this.#holders.set(result, { reference: { kind: "seed" }, sharers: 1 });
  }

  begin(tensor: Trainable): void {
    this.#trained.add(tensor);
    this.#holders.set(tensor, { reference: { kind: "gradient", tensor }, sharers: 1 });
  }

  record(operation: Operation): void {
    operation.backward(this);
    for (const slot of this.#temporary) this.#freeSlots.push(slot);
    this.#temporary = new Set();
    // The operation was the last reader of its outputs' gradients.
    for (const output of operation.outputs) {
      const holder = this.#holders.get(output);
      this.#holders.delete(output);
      if (holder) this.#drop(holder);
    }
  }

  finish(): BackwardPlan {
    return {
      dispatches: this.#dispatches,
      saved: [...this.#saved],
      trained: [...this.#trained],
      slots: this.#slots,
    };
  }

  needs(input: Tensor): boolean {
    return this.#active.has(input);
  }

  value(tensor: Tensor): Place {
    requireWhole(tensor);
    let source = tensor;
    for (let producer = this.#program.producer(source); producer?.view; producer = this.#program.producer(source)) {
      source = producer.inputs[0]!;
    }
    if (source.role === "activation") this.#saved.add(source);
    return { kind: "value", tensor: source };
  }

  gradient(output: Tensor): Place | undefined {
    return this.#holders.get(output)?.reference;
  }

  send(input: Tensor, write: (target: Place, accumulate: 0 | 1) => Dispatch<Place>): void {
    if (!this.needs(input)) return;
    const holder = this.#holders.get(input);
    if (holder) {
      this.run(write(this.#own(input, holder), 1));
    } else {
      const reference = this.#target(input);
      this.#holders.set(input, { reference, sharers: 1 });
      this.run(write(reference, 0));
    }
  }

  pass(input: Tensor, output: Tensor): void {
    const holder = this.#holders.get(output);
    if (!holder || !this.needs(input)) return;
    if (!this.#holders.has(input) && !this.#isResult(input)) {
      holder.sharers++;
      this.#holders.set(input, holder);
    } else {
      this.#add(input, holder.reference);
    }
  }

  give(input: Tensor, scratch: Place): void {
    if (scratch.kind !== "scratch") throw new Error("Only working memory can be given away.");
    if (!this.needs(input)) return;
    if (this.#holders.has(input) || this.#isResult(input)) {
      this.#add(input, scratch);
    } else {
      this.#temporary.delete(scratch.slot);
      this.#holders.set(input, { reference: scratch, sharers: 1 });
    }
  }

  scratch(elements: number): Place {
    const slot = this.#takeSlot(elements);
    this.#temporary.add(slot);
    return { kind: "scratch", slot };
  }

  run(step: Dispatch<Place>): void {
    this.#dispatches.push(step);
  }

  /** Whether its gradient has a place of its own, which nothing else is kept in. */
  #isResult(input: Tensor): boolean {
    return input.role !== "activation" || input === this.#input;
  }

  #add(input: Tensor, x: Place): void {
    const count = elementCount(input.shape);
    this.send(input, (out, ACCUMULATE) => dispatch(addScaled, { x, out }, { count, alpha: 1 }, { ACCUMULATE }));
  }

  /** A place of the input's own to add to: memory that others still read is copied first. */
  #own(input: Tensor, holder: Holder): Place {
    if (holder.sharers === 1 && holder.reference.kind !== "seed") return holder.reference;
    const count = elementCount(input.shape);
    const reference = this.#target(input);
    this.run(dispatch(addScaled, { x: holder.reference, out: reference }, { count, alpha: 1 }, { ACCUMULATE: 0 }));
    this.#drop(holder);
    this.#holders.set(input, { reference, sharers: 1 });
    return reference;
  }

  #target(input: Tensor): Place {
    if (input.role === "trainable") {
      this.#trained.add(input as Trainable);
      return { kind: "gradient", tensor: input };
    }
    if (input === this.#input) return { kind: "gradient", tensor: input };
    return { kind: "scratch", slot: this.#takeSlot(elementCount(input.shape)) };
  }

  #drop(holder: Holder): void {
    holder.sharers--;
    if (holder.sharers === 0 && holder.reference.kind === "scratch") this.#freeSlots.push(holder.reference.slot);
  }

  /** The smallest free slot that fits without wasting half of it, else a new one. */
  #takeSlot(elements: number): number {
    const fitting = this.#freeSlots
      .filter((slot) => this.#slots[slot]! >= elements && this.#slots[slot]! <= 2 * elements)
      .sort((a, b) => this.#slots[a]! - this.#slots[b]!);
    const slot = fitting[0] ?? this.#slots.push(elements) - 1;
    const free = this.#freeSlots.indexOf(slot);
    if (free >= 0) this.#freeSlots.splice(free, 1);
    return slot;
  }
}
