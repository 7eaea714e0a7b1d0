/** What a Program's tensors are. Shapes are concrete: a Program is built once per shape bucket. */

export type ElementType = "float32" | "float16" | "int32";

/** How frozen matrices are kept in the executor's memory. */
export type Precision = Extract<ElementType, "float32" | "float16">;

/**
 * `weight`: frozen, from the base model. `trainable`: what a method trains. `constant`: has values
 * of its own (rotary tables). `provided`: bound from outside, and the same for every step (a text
 * that was read) or written by the host before each (what is said of texts). `input`: changes with
 * every batch. `noise`: drawn on the device for every training step. `controller`: what a method's
 * controller sets between steps. `activation`: computed by an operation.
 */
export type Role = "weight" | "trainable" | "constant" | "provided" | "input" | "noise" | "controller" | "activation";

export interface Tensor {
  /**
   * Unique within its Program; a weight's or trainable's is its name in the checkpoint or adapter
   * file.
   */
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly role: Role;
  /**
   * Of a frozen matrix that one buffer cannot hold: its rows in order, each part a weight with a
   * buffer of its own.
   */
  readonly parts?: readonly RowPart[];
}

/** Rows `start` … of a frozen matrix. */
export interface RowPart extends Tensor {
  readonly start: number;
  /** Bytes that one buffer may have. */
  readonly largestBuffer: number;
}

/** Where drawn values come from. */
export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/**
 * Computed on the host from a frozen matrix, before the first step. `values` gets the matrix as it
 * is stored, row-major, and is asked for every tensor of one `weight` with the same array.
 */
export interface FromWeight {
  readonly kind: "weight";
  readonly weight: Tensor;
  readonly values: (weight: Float32Array) => Float32Array;
}

/** How a trainable starts. `values` is row-major. */
export type Initializer =
  | { readonly kind: "zeros" }
  | { readonly kind: "ones" }
  | { readonly kind: "identity" }
  | { readonly kind: "normal"; readonly std: number }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "values"; readonly values: Float32Array }
  /** Tensors of one `stream` get the same chance, so that they can be drawn together. */
  | { readonly kind: "drawn"; readonly stream: string; readonly values: (chance: Chance) => Float32Array }
  | FromWeight
  /**
   * What another tensor is at the start: a weight, or what the Program computes from weights and
   * constants alone.
   */
  /**
   * `refusesZero`: what values of zero mean, where nothing could be trained from them; default:
   * they are like all others.
   */
  | { readonly kind: "tensor"; readonly tensor: Tensor; readonly refusesZero?: string };

export interface Trainable extends Tensor {
  readonly role: "trainable";
  readonly initializer: Initializer;
  /** Whether AdamW's decoupled weight decay applies: not to biases, norms and other gains. */
  readonly weightDecay: boolean;
  /** Factor on the run's learning rate. */
  readonly learningRateScale: number;
  /** The head is counted and exported apart from the adapter. */
  readonly part: "adapter" | "head";
}

/**
 * Who binds what a Program has from outside: the frozen model's pass over a method's text; what was
 * made of all training rows; what the host says of the batch's texts; what the
 * run itself says of texts that say nothing.
 */
export type Provider = "read text" | "training rows" | "texts" | "empty texts";

export interface Provided extends Tensor {
  readonly role: "provided";
  readonly provider: Provider;
}

/**
 * A dropout mask: 0 with this probability, else 1 / (1 − rate); all ones in evaluation. Drawn anew
 * for every update.
 */
export interface Noise extends Tensor {
  readonly role: "noise";
  readonly rate: number;
}

/** Always float32. Kept with the trained tensors of a run: part of its checkpoints. */
export interface ControllerState extends Tensor {
  readonly role: "controller";
  /** Every element's value at the start, or how they start. */
  readonly initial: number | Initializer;
  /** Whether it is the adapter's too: what its folder holds, and is given to runs from there. */
  readonly inAdapter: boolean;
}

/** One of a run's folder, as the Program names it: trained, or frozen as it began. */
export type HeldTensor = Pick<Trainable, "name" | "shape" | "part">;

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of one element. */
export function elementBytes(type: ElementType): number {
  return type === "float16" ? 2 : 4;
}

/** Bytes of a tensor. */
export function tensorBytes(tensor: Pick<Tensor, "shape" | "type">): number {
  return elementCount(tensor.shape) * elementBytes(tensor.type);
}
