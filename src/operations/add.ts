/** y = a + scale · b, elementwise: residual connections and scaled branches. */

import { addScaled } from "../kernels/add-scaled";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** Both [rows, width]. */
export function add(program: Program, name: string, a: Tensor, b: Tensor, scale = 1): Tensor {
  const output = program.activation(name, a.shape);
  program.append({
    kind: "add",
    inputs: [a, b],
    outputs: [output],
    forward: (graph) => {
      const branch = graph.use(b);
      const scaled = scale === 1 ? branch : graph.value("Mul", [branch, graph.literal([scale], "float32")]);
      graph.define(output, "Add", [graph.use(a), scaled]);
    },
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      tape.pass(a, output);
      if (scale === 1) tape.pass(b, output);
      else {
        const count = elementCount(b.shape);
        tape.send(b, (out, ACCUMULATE) =>
          dispatch(addScaled, { x: gradient, out }, { count, alpha: scale }, { ACCUMULATE }),
        );
      }
    },
  });
  return output;
}
