/** y = x ∘ w: every column times its own factor. */

import { columnProductSum } from "../kernels/column-product-sum";
import { dispatch } from "../kernels/kernel";
import { scaleColumns as scaleColumnsKernel } from "../kernels/scale-columns";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `x` [rows, width], `factors` [width] → [rows, width]. */
export function scaleColumns(program: Program, name: string, x: Tensor, factors: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, x.shape);
  program.append({
    kind: "scaleColumns",
    inputs: [x, factors],
    outputs: [output],
    forward: (graph) => graph.define(output, "Mul", [graph.use(x), graph.use(factors)]),
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          scaleColumnsKernel,
          { x: gradient, weight: tape.value(factors), out },
          { rows, width },
          { ACCUMULATE },
        ),
      );
      tape.send(factors, (out, ACCUMULATE) =>
        dispatch(columnProductSum, { x: tape.value(x), y: gradient, out }, { rows, width }, { ACCUMULATE }),
      );
    },
  });
  return output;
}
