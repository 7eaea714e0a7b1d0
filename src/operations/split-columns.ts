/** Cuts a fused projection into its parts. */

import { dispatch } from "../kernels/kernel";
import { placeColumns } from "../kernels/place-columns";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/**
 * Every output of a Split is a storage buffer of one shader beside its input; devices need not
 * allow more than eight.
 */
const MOST_OUTPUTS = 7;

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
      if (outputs.length <= MOST_OUTPUTS) {
        graph.node("Split", [graph.use(x), graph.literal(widths, "int64")], { axis: 1 }, { outputs });
        return;
      }
      let start = 0;
      for (const [part, output] of outputs.entries()) {
        const ends = [start, start + widths[part]!, 1].map((value) => graph.literal([value], "int64"));
        graph.define(output, "Slice", [graph.use(x), ...ends]);
        start += widths[part]!;
      }
    },
    backward: (tape) => {
      if (!tape.needs(x) || outputs.every((output) => !tape.gradient(output))) return;
      // What does not reach the loss (the last block's queries, where only keys and values are
      // read) has gradient 0.
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
