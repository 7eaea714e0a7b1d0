/**
 * Pairs of columns, each multiplied by a 2 × 2 matrix of its own: a rotation and a length (RoAd, Liao and Monz 2024). Not for
 * rotary positions (`rope.ts`), whose angles are constants that change from row to row.
 */

import { dispatch } from "../kernels/kernel";
import { rotatePairsBackward } from "../kernels/rotate-pairs-backward";
import { rotatePairsFactors } from "../kernels/rotate-pairs-factors";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

export interface PairFactors {
  /** What a column itself is multiplied by: [width / 2], one for both columns of a pair, or [width]. */
  readonly along: Tensor;
  /** What its partner is multiplied by before it is added, or in a pair's first column subtracted; of the same size. */
  readonly across: Tensor;
  /** Columns of a group: in it, column i is paired with i + group / 2. */
  readonly group: number;
}

/**
 * `x` [rows, width] → the same shape: y₁ = along₁ x₁ − across₁ x₂ and y₂ = along₂ x₂ + across₂ x₁ for every pair. `group` is
 * even and divides the width.
 */
export function rotatePairs(program: Program, name: string, x: Tensor, factors: PairFactors): Tensor {
  const { along, across, group } = factors;
  const [rows, width] = x.shape as [number, number];
  const [groups, half] = [width / group, group / 2];
  const SHARED = elementCount(along.shape) === width ? 0 : 1;
  const output = program.activation(name, x.shape);
  program.append({
    kind: "rotatePairs",
    inputs: [x, along, across],
    outputs: [output],
    forward: (graph) => {
      const reshaped = (value: string, ...sizes: number[]) =>
        graph.value("Reshape", [value, graph.literal(sizes, "int64")]);
      const halves = reshaped(graph.use(x), rows * groups, 2, half);
      const halfFrom = (start: number) => {
        const limits = [start, start + 1, 1].map((limit) => graph.literal([limit], "int64"));
        return graph.value("Slice", [halves, ...limits]);
      };
      const turned = graph.value("Concat", [graph.value("Neg", [halfFrom(1)]), halfFrom(0)], { axis: 1 });
      const scaled = (value: string, by: Tensor) =>
        graph.value("Mul", [
          reshaped(value, rows, groups, 2, half),
          reshaped(graph.use(by), groups, SHARED ? 1 : 2, half),
        ]);
      const sum = graph.value("Add", [scaled(halves, along), scaled(turned, across)]);
      graph.define(output, "Reshape", [sum, graph.literal(x.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const sizes = { rows, width, half };
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          rotatePairsBackward,
          { along: tape.value(along), across: tape.value(across), outputGradient, out },
          sizes,
          { ACCUMULATE, SHARED },
        ),
      );
      for (const [factor, TURNED] of [
        [along, 0],
        [across, 1],
      ] as const) {
        tape.send(factor, (out, ACCUMULATE) =>
          dispatch(rotatePairsFactors, { x: tape.value(x), outputGradient, out }, sizes, {
            ACCUMULATE,
            SHARED,
            TURNED,
          }),
        );
      }
    },
  });
  return output;
}
