/** y = x + b: every column shifted by its own number. */

import { columnSum } from "../kernels/column-sum";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** `x` [rows, width], `shifts` [width] or [1, width] → [rows, width]. */
export function shiftColumns(program: Program, name: string, x: Tensor, shifts: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, x.shape);
  program.append({
    kind: "shiftColumns",
    inputs: [x, shifts],
    outputs: [output],
    forward: (graph) => graph.define(output, "Add", [graph.use(x), graph.use(shifts)]),
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      tape.send(shifts, (out, ACCUMULATE) =>
        dispatch(columnSum, { x: gradient, out }, { rows, width }, { ACCUMULATE }),
      );
      tape.pass(x, output);
    },
  });
  return output;
}
