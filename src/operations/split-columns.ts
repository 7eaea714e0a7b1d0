/** Cuts a fused projection into its parts. */

import { dispatch } from "../kernels/kernel";
import { placeColumns } from "../kernels/place-columns";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** `x` [rows, Σ widths] → one tensor [rows, width] for each of `widths`, in order. */
export function splitColumns(
  program: Program,
  names: readonly string[],
  x: Tensor,
  widths: readonly number[],
): Tensor[] {
  const [rows, outWidth] = x.shape as [number, number];
  const outputs = names.map((name, part) => program.activation(name, [rows, widths[part]!]));
  program.append({
    kind: "splitColumns",
    inputs: [x],
    outputs,
    forward: (graph) => {
      graph.node("Split", [graph.use(x), graph.literal(widths, "int64")], { axis: 1 }, { outputs });
    },
    backward: (tape) => {
      if (!tape.needs(x) || outputs.every((output) => !tape.gradient(output))) return;
      // What does not reach the loss (the last block's queries, where only keys and values are read) has gradient 0.
      const zeros = (width: number) =>
        tape.value(program.constant(`zeros ${rows} × ${width}`, [rows, width], () => new Float32Array(rows * width)));
      const joined = tape.scratch(elementCount(x.shape));
      let start = 0;
      for (const [part, output] of outputs.entries()) {
        const width = widths[part]!;
        const gradient = tape.gradient(output) ?? zeros(width);
        tape.run(dispatch(placeColumns, { x: gradient, out: joined }, { rows, width, outWidth, start }));
        start += width;
      }
      tape.give(x, joined);
    },
  });
  return outputs;
}
