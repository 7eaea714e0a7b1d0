/**
 * A Program: the ordered operations that a model family and a tuning method build together, on
 * tensors of concrete shape. It knows neither ONNX's file format nor a device; `forward/` and
 * `backward/` lower it.
 */

import type { Operation } from "./operation";
import { rowParts } from "./row-parts";
import type {
  ControllerState,
  ElementType,
  HeldTensor,
  Initializer,
  Noise,
  Precision,
  Provided,
  Provider,
  Tensor,
  Trainable,
} from "./tensor";

/** Values that are the same for every step, computed (row-major) when they are first needed. */
export interface Constant extends Tensor {
  readonly role: "constant";
  readonly values: () => Float32Array | Int32Array;
}

export interface TrainableOptions {
  readonly initializer: Initializer;
  /**
   * Whether AdamW's weight decay pulls it toward zero; default: unless it starts as a gain
   * (`startsAsGain`). Biases, norms and trained lengths say `false`.
   */
  readonly weightDecay?: boolean;
  /** Factor on the run's learning rate; default: 1. */
  readonly learningRateScale?: number;
  readonly part?: "adapter" | "head";
}

/**
 * Whether zero is not where a tensor does nothing, but one is: what it multiplies stays what it is
 * at 1, as with a norm's gain. Decay would pull it away from that toward silence.
 */
export function startsAsGain({ kind }: Initializer): boolean {
  return kind === "ones" || kind === "identity";
}

export class Program {
  readonly operations: Operation[] = [];
  readonly #precision: Precision;
  readonly #largestBuffer: number;
  readonly #tensors = new Map<string, Tensor>();
  readonly #producers = new Map<Tensor, Operation>();
  #replacement: ((name: string, shape: readonly number[]) => Tensor | undefined) | null = null;
  #learningRateScale = 1;

  /**
   * `precision`: of frozen matrices. Everything that is computed or trained is float32.
   * `largestBuffer`: bytes that one buffer may have; frozen matrices that need more are kept in
   * parts.
   */
  constructor(precision: Precision = "float32", largestBuffer = Number.POSITIVE_INFINITY) {
    this.#precision = precision;
    this.#largestBuffer = largestBuffer;
  }

  /**
   * A frozen weight by its name in the checkpoint; asking twice gives the same tensor (tied
   * weights). Matrices of even width have the Program's precision: two float16 fill a 32-bit word.
   * Vectors (norms, biases) are small and stay float32.
   */
  weight(name: string, shape: readonly number[]): Tensor {
    const replaced = this.#replacement?.(name, shape);
    if (replaced) return replaced;
    const type = shape.length === 2 && shape[1]! % 2 === 0 ? this.#precision : "float32";
    const weight = { name, shape, type, role: "weight" } as const;
    const parts = rowParts(weight, this.#largestBuffer);
    return this.#leaf({ ...weight, ...(parts && { parts }) });
  }

  /** From now on weights are what `replacement` gives for them; undefined leaves one frozen. */
  replaceWeights(replacement: (name: string, shape: readonly number[]) => Tensor | undefined): void {
    this.#replacement = replacement;
  }

  /**
   * What is declared trainable within `declare` learns this many times faster than it says itself.
   */
  withLearningRate<Result>(scale: number, declare: () => Result): Result {
    const outer = this.#learningRateScale;
    this.#learningRateScale = scale;
    try {
      return declare();
    } finally {
      this.#learningRateScale = outer;
    }
  }

  /** A trained tensor by its name in the adapter file; asking twice gives the same tensor. */
  trainable(name: string, shape: readonly number[], options: TrainableOptions): Trainable {
    const { initializer, weightDecay = !startsAsGain(initializer), part = "adapter" } = options;
    const learningRateScale = (options.learningRateScale ?? 1) * this.#learningRateScale;
    const training = { initializer, weightDecay, learningRateScale, part };
    return this.#leaf({ name, shape, type: "float32", role: "trainable", ...training });
  }

  /** A float32 tensor that `provider` binds under this name; asking twice gives the same tensor. */
  provided(name: string, shape: readonly number[], provider: Provider): Provided {
    return this.#leaf({ name, shape, type: "float32", role: "provided", provider });
  }

  /** A constant; `values` computes it (row-major) when it is first needed. */
  constant(
    name: string,
    shape: readonly number[],
    values: () => Float32Array | Int32Array,
    type: ElementType = "float32",
  ): Constant {
    return this.#leaf({ name, shape, type, role: "constant", values });
  }

  /** A tensor that the batch fills. */
  input(name: string, shape: readonly number[], type: ElementType): Tensor {
    return this.#leaf({ name, shape, type, role: "input" });
  }

  /**
   * A dropout mask of that rate (in ]0, 1[), drawn on the device for every update; its name seeds
   * it.
   */
  noise(name: string, shape: readonly number[], rate: number): Noise {
    return this.#leaf({ name, shape, type: "float32", role: "noise", rate });
  }

  /**
   * A tensor that the method's controller sets between steps; asking twice gives the same tensor.
   */
  controllerState(name: string, shape: readonly number[], initial: ControllerState["initial"]): ControllerState {
    return this.#leaf({ name, shape, type: "float32", role: "controller", initial, inAdapter: false });
  }

  /**
   * A tensor of the adapter that stays as it began, as a parameter of PEFT's without gradient;
   * asking twice gives the same tensor.
   */
  frozen(name: string, shape: readonly number[], initial: Initializer): ControllerState {
    return this.#leaf({ name, shape, type: "float32", role: "controller", initial, inAdapter: true });
  }

  /** A float32 tensor that an operation computes. A name in use gets a number after it. */
  activation(name: string, shape: readonly number[]): Tensor {
    let unique = name;
    for (let count = 2; this.#tensors.has(unique); count++) unique = `${name}.${count}`;
    const tensor: Tensor = { name: unique, shape, type: "float32", role: "activation" };
    this.#tensors.set(unique, tensor);
    return tensor;
  }

  /** Appends an operation. Its inputs must exist already, so the list stays in execution order. */
  append<Result extends Operation>(operation: Result): Result {
    for (const output of operation.outputs) this.#producers.set(output, operation);
    this.operations.push(operation);
    return operation;
  }

  /** The tensor of that name. Throws if there is none. */
  tensor(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`The program has no tensor "${name}".`);
    return tensor;
  }

  /** The operation that computes a tensor; undefined for leaves. */
  producer(tensor: Tensor): Operation | undefined {
    return this.#producers.get(tensor);
  }

  get noises(): Noise[] {
    return [...this.#tensors.values()].filter((tensor): tensor is Noise => tensor.role === "noise");
  }

  get controllerStates(): ControllerState[] {
    return [...this.#tensors.values()].filter((tensor): tensor is ControllerState => tensor.role === "controller");
  }

  get trainables(): Trainable[] {
    return [...this.#tensors.values()].filter((tensor): tensor is Trainable => tensor.role === "trainable");
  }

  /** What a folder of the run holds: what is trained, and what the adapter keeps frozen. */
  get held(): HeldTensor[] {
    const frozen = this.controllerStates.filter(({ inAdapter }) => inAdapter);
    return [...this.trainables, ...frozen.map(({ name, shape }): HeldTensor => ({ name, shape, part: "adapter" }))];
  }

  /** The operations that the given tensors depend on, in order. */
  needed(outputs: readonly Tensor[]): Operation[] {
    const wanted = new Set(outputs);
    const kept: Operation[] = [];
    for (const operation of [...this.operations].reverse()) {
      if (!operation.outputs.some((output) => wanted.has(output))) continue;
      kept.push(operation);
      for (const input of operation.inputs) wanted.add(input);
    }
    return kept.reverse();
  }

  /**
   * Tensors on a path from one of `from`: the only ones that can have a gradient. Default: from
   * what is trained.
   */
  active(from: readonly Tensor[] = this.trainables): Set<Tensor> {
    const active = new Set<Tensor>(from);
    for (const operation of this.operations) {
      if (operation.inputs.some((input) => active.has(input))) {
        for (const output of operation.outputs) active.add(output);
      }
    }
    return active;
  }

  #leaf<Leaf extends Tensor>(leaf: Leaf): Leaf {
    const known = this.#tensors.get(leaf.name);
    if (!known) {
      this.#tensors.set(leaf.name, leaf);
      return leaf;
    }
    if (known.role !== leaf.role || known.shape.join() !== leaf.shape.join()) {
      throw new Error(
        `Tensor "${leaf.name}" is declared twice: ${known.role} [${known.shape}] and ${leaf.role} [${leaf.shape}].`,
      );
    }
    return known as Leaf;
  }
}
