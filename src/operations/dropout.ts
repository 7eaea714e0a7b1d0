/**
 * Dropout (Srivastava et al. 2014), inverted as in PyTorch: y = x ∘ mask, where the mask is 0 with
 * probability `rate` and 1 / (1 − rate) otherwise. The mask is drawn on the device before every
 * update, is the same in the backward pass, and is all ones in evaluation.
 */

import { dispatch } from "../kernels/kernel";
import { scaleColumns } from "../kernels/scale-columns";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/**
 * `x` of any shape; `x` itself for rate 0. `name` must be the operation's own: it seeds the mask.
 */
export function dropout(program: Program, name: string, x: Tensor, rate: number): Tensor {
  if (rate === 0) return x;
  const output = program.activation(name, x.shape);
  const mask = program.noise(`${output.name} mask`, x.shape, rate);
  program.append({
    kind: "dropout",
    inputs: [x, mask],
    outputs: [output],
    forward: (graph) => graph.define(output, "Mul", [graph.use(x), graph.use(mask)]),
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          scaleColumns,
          { x: gradient, weight: tape.value(mask), out },
          { rows: 1, width: elementCount(x.shape) },
          { ACCUMULATE },
        ),
      );
    },
  });
  return output;
}
