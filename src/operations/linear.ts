/** y = scale · x·W + (bias or addend), with W stored either way round. */

import { columnSum } from "../kernels/column-sum";
import { dispatch } from "../kernels/kernel";
import { matmul } from "../kernels/matmul";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import { backwardParts, forwardParts } from "./linear-parts";

export interface LinearOptions {
  /** `out-in`: W is [out, in], as in torch.nn.Linear. `in-out`: [in, out], as in GPT-2's Conv1D. */
  readonly layout?: "out-in" | "in-out";
  readonly bias?: Tensor;
  /** [rows, out], added to the product (not together with a bias). */
  readonly addend?: Tensor;
  readonly scale?: number;
}

/** `x` [rows, in] → [rows, out]. */
export function linear(program: Program, name: string, x: Tensor, weight: Tensor, options: LinearOptions = {}): Tensor {
  const { layout = "out-in", bias, addend, scale = 1 } = options;
  const [rows, inner] = x.shape as [number, number];
  const [first, second] = weight.shape as [number, number];
  const [width, weightInner] = layout === "out-in" ? [first, second] : [second, first];
  if (inner !== weightInner) {
    throw new Error(`"${weight.name}" [${weight.shape}] takes ${weightInner} columns; "${x.name}" has ${inner}.`);
  }
  if (bias && addend) throw new Error(`"${name}" has both a bias and an addend.`);
  const output = program.activation(name, [rows, width]);
  const added = bias ?? addend;
  program.append({
    kind: "linear",
    inputs: added ? [x, weight, added] : [x, weight],
    outputs: [output],
    forward: (graph) => {
      if (weight.parts) {
        forwardParts(graph, { x, parts: weight.parts, added, output, layout, scale });
        return;
      }
      const operands = [graph.use(x), graph.use(weight), ...(added ? [graph.use(added)] : [])];
      graph.define(output, "Gemm", operands, {
        alpha: { float: scale },
        beta: { float: 1 },
        transB: layout === "out-in" ? 1 : 0,
      });
    },
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      if (addend) tape.pass(addend, output);
      if (weight.parts) {
        backwardParts(tape, gradient, { x, parts: weight.parts, output, layout, scale });
      } else {
        tape.send(x, (out, ACCUMULATE) =>
          dispatch(
            matmul,
            { a: gradient, b: tape.value(weight), out },
            { rows, columns: inner, inner: width, alpha: scale },
            { TRANSPOSE_B: layout === "out-in" ? 0 : 1, ACCUMULATE },
          ),
        );
      }
      tape.send(weight, (out, ACCUMULATE) => {
        const sizes = { rows: first, columns: second, inner: rows, alpha: scale };
        const [a, b] = layout === "out-in" ? [gradient, tape.value(x)] : [tape.value(x), gradient];
        return dispatch(matmul, { a, b, out }, sizes, { TRANSPOSE_A: 1, ACCUMULATE });
      });
      if (bias) {
        tape.send(bias, (out, ACCUMULATE) =>
          dispatch(columnSum, { x: gradient, out }, { rows, width }, { ACCUMULATE }),
        );
      }
    },
  });
  return output;
}
