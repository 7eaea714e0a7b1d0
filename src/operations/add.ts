/** y = a + b, elementwise: residual connections. */

import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** Both [rows, width]. */
export function add(program: Program, name: string, a: Tensor, b: Tensor): Tensor {
  const output = program.activation(name, a.shape);
  program.append({
    kind: "add",
    inputs: [a, b],
    outputs: [output],
    forward: (graph) => graph.define(output, "Add", [graph.use(a), graph.use(b)]),
    backward: (tape) => {
      tape.pass(a, output);
      tape.pass(b, output);
    },
  });
  return output;
}
