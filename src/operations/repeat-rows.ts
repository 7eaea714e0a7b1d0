/** The same rows for every sequence of a batch, one copy each. */

import { dispatch } from "../kernels/kernel";
import { prependBackwardFront } from "../kernels/prepend-backward-front";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `x` [rows, width] → [batch · rows, width]. */
export function repeatRows(program: Program, name: string, x: Tensor, batch: number): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, [batch * rows, width]);
  program.append({
    kind: "repeatRows",
    inputs: [x],
    outputs: [output],
    forward: (graph) => {
      const one = graph.value("Reshape", [graph.use(x), graph.literal([1, rows, width], "int64")]);
      const repeated = graph.value("Expand", [one, graph.literal([batch, rows, width], "int64")]);
      graph.define(output, "Reshape", [repeated, graph.literal(output.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      // As if nothing came after the rows.
      const sizes = { batch, prefixLength: rows, tokens: 0, width };
      tape.send(x, (out, ACCUMULATE) => dispatch(prependBackwardFront, { outputGradient, out }, sizes, { ACCUMULATE }));
    },
  });
  return output;
}
