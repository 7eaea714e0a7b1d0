/** y = 1 / √x, elementwise, or 1 / `least` where the root is smaller: there y has no gradient. */

import { dispatch } from "../kernels/kernel";
import { scaleColumns } from "../kernels/scale-columns";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** `x` ≥ 0, of any shape; `least` > 0. As torch's `1 / x.sqrt().clamp(min=least)`. */
export function inverseRoot(program: Program, name: string, x: Tensor, least: number): Tensor {
  const output = program.activation(name, x.shape);
  // Saved in place of x: the forward pass knows where the root is large enough.
  const slope = program.activation(`${name} slope`, x.shape);
  program.append({
    kind: "inverseRoot",
    inputs: [x],
    outputs: [output, slope],
    forward: (graph) => {
      const times = (a: string, b: string) => graph.value("Mul", [a, b]);
      const number = (value: number) => graph.literal([value], "float32");
      const root = graph.value("Sqrt", [graph.use(x)]);
      const isShort = graph.value("Less", [root, number(least)]);
      graph.define(output, "Reciprocal", [graph.value("Where", [isShort, number(least), root])]);
      const y = graph.use(output);
      const steepness = graph.value("Where", [isShort, number(0), number(-0.5)]);
      graph.define(slope, "Mul", [times(y, y), times(y, steepness)]);
    },
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      const sizes = { rows: 1, width: elementCount(x.shape) };
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(scaleColumns, { x: gradient, weight: tape.value(slope), out }, sizes, { ACCUMULATE }),
      );
    },
  });
  return output;
}
