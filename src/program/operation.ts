/**
 * What an operation is: one step of a Program with its two lowerings. The file of an operation says
 * which graph nodes it becomes, and which kernels its vector-Jacobian product dispatches. The two
 * interfaces here are all it knows of either.
 */

import type { Dispatch } from "../kernels/kernel";
import type { Attributes, Nodes } from "../onnx/writer";
import type { Place } from "./place";
import type { Tensor } from "./tensor";

export interface Operation {
  readonly kind: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Set when the only output is the only input under another shape: both are the same memory. */
  readonly view?: boolean;
  /** Writes the nodes that compute `outputs` from `inputs`. */
  forward(graph: GraphWriter): void;
  /**
   * Sends the outputs' gradients on to those inputs that need one. Called only if an output has a
   * gradient.
   */
  backward(tape: Tape): void;
}

/** Writes graph nodes. Values are names: of tensors, or of intermediate values. */
export interface GraphWriter extends Pick<Nodes, "value" | "literal"> {
  /**
   * The graph name of a tensor's values as they are computed with; an input of the graph if it is a
   * leaf. Throws if it is kept in parts.
   */
  use(tensor: Tensor): string;
  /**
   * The rows `ids` (a value) of a `table` as float32 [rows, width], which is `output` where that is
   * given. Of a float16 table only they are widened.
   */
  rows(table: Tensor, ids: string, output?: Tensor): string;
  /** Adds a node and returns the names of its outputs. An empty input name means "left out". */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Attributes,
    options?: { readonly domain?: string; readonly outputs?: readonly Tensor[]; readonly outputCount?: number },
  ): string[];
  /** Adds a node with one output that is the given tensor. */
  define(tensor: Tensor, operator: string, inputs: readonly string[], attributes?: Attributes, domain?: string): void;
}

/** Records the backward pass of one operation after the other, last first. */
export interface Tape {
  /** Whether this input lies on a path from a trainable. */
  needs(input: Tensor): boolean;
  /** The forward value of a tensor. Throws if it is kept in parts. */
  value(tensor: Tensor): Place;
  /**
   * The gradient that has arrived at an output; undefined where none has (it did not reach the
   * loss).
   */
  gradient(output: Tensor): Place | undefined;
  /**
   * Adds to an input's gradient; `write` gets the target and whether to add (1) or overwrite (0).
   * Skipped if not needed.
   */
  send(input: Tensor, write: (target: Place, accumulate: 0 | 1) => Dispatch<Place>): void;
  /**
   * Adds an output's gradient to an input's unchanged; shares the memory where that is safe.
   * Skipped if not needed.
   */
  pass(input: Tensor, output: Tensor): void;
  /**
   * Adds working memory that holds a gradient to an input's gradient; without an earlier part it
   * becomes that gradient.
   */
  give(input: Tensor, scratch: Place): void;
  /**
   * Working memory of that many float32 elements, dead when this operation's backward is recorded.
   */
  scratch(elements: number): Place;
  run(dispatch: Dispatch<Place>): void;
}
