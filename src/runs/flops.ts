/**
 * What a training step computes, counted before it is made: the floating-point operations of its
 * matrix products, from the shapes of the forward graph's nodes and of those that the backward
 * pass's dispatches are. As is usual (Kaplan et al. 2020, Chowdhery et al. 2022) a product of [m,
 * k] and [k, n] counts 2 m n k, and what goes number by number (norms, activations, AdamW) is left
 * out. The same on every executor. Padding and masked pairs of tokens count: they are computed.
 */

import { sizeDispatches } from "../executors/processor/dispatch-sizes";
import { ProgramSizes } from "../forward/sizes";
import type { Dispatch } from "../kernels/kernel";
import type { Value } from "../onnx/node-shapes";
import type { SizedNode } from "../onnx/sizing-nodes";
import type { Place } from "../program/place";
import { elementCount } from "../program/tensor";
import type { TunedProgram } from "./tuned-program";

export interface StepFlops {
  readonly forward: number;
  /**
   * With what a loss through the head over the vocabulary computes, as if every row had a label.
   */
  readonly backward: number;
  readonly total: number;
}

export function stepFlops({
  program,
  logits,
  backward: { saved, dispatches },
  loss,
}: Pick<TunedProgram, "program" | "logits" | "backward" | "loss">): StepFlops {
  const { nodes, values } = new ProgramSizes(program, [logits, ...saved]);
  const forward = productFlops(nodes, values);
  const parts = loss.parts.flatMap(({ dispatches, learn }) => [dispatches, learn]);
  const scored = loss.pruning?.parts.map(({ dispatches }) => dispatches) ?? [];
  const lists = [loss.first, ...scored, ...parts, loss.last, dispatches];
  const backward = lists.reduce((sum, list) => sum + dispatchFlops(list), 0);
  return { forward, backward, total: forward + backward };
}

function dispatchFlops(list: readonly Dispatch<Place>[]): number {
  const { sizing } = sizeDispatches(list);
  return productFlops(sizing.nodes, sizing.values);
}

function productFlops(nodes: readonly SizedNode[], values: ReadonlyMap<string, Value>): number {
  return nodes.reduce((sum, node) => sum + flopsOf(node, (name) => values.get(name)!.shape), 0);
}

function flopsOf(
  { operator, inputs, outputs, attributes }: SizedNode,
  shapeOf: (name: string) => readonly number[],
): number {
  const [a, b] = inputs as [string, string];
  const out = () => elementCount(shapeOf(outputs[0]!));
  const isTurned = attributes.transA === 1;
  switch (operator) {
    case "MatMul":
    case "Gemm":
    case "FusedMatMul":
      return 2 * out() * shapeOf(a).at(isTurned ? -2 : -1)!;
    case "MultiHeadAttention":
      // Queries with keys, and probabilities with values: as wide as the queries together.
      return 4 * elementCount(shapeOf(a)) * shapeOf(b)[1]!;
    default:
      return 0;
  }
}
