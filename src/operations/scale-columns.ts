/** y = x ∘ w + b: every column times its own factor, and a shift of its own where one is given. */

import { columnProductSum } from "../kernels/column-product-sum";
import { columnSum } from "../kernels/column-sum";
import { dispatch } from "../kernels/kernel";
import { scaleColumns as scaleColumnsKernel } from "../kernels/scale-columns";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `x` [rows, width], `factors` [width], `bias` [width] → [rows, width]. */
export function scaleColumns(program: Program, name: string, x: Tensor, factors: Tensor, bias?: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, x.shape);
  program.append({
    kind: "scaleColumns",
    inputs: bias ? [x, factors, bias] : [x, factors],
    outputs: [output],
    forward: (graph) => {
      const operands = [graph.use(x), graph.use(factors)];
      if (bias) graph.define(output, "Add", [graph.value("Mul", operands), graph.use(bias)]);
      else graph.define(output, "Mul", operands);
    },
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
      if (bias) {
        tape.send(bias, (out, ACCUMULATE) =>
          dispatch(columnSum, { x: gradient, out }, { rows, width }, { ACCUMULATE }),
        );
      }
    },
  });
  return output;
}
