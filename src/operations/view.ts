/** The same memory under another shape. */

import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** Throws if the element counts differ. */
export function view(program: Program, name: string, x: Tensor, shape: readonly number[]): Tensor {
  if (elementCount(shape) !== elementCount(x.shape)) {
    throw new Error(`"${x.name}" [${x.shape}] cannot be seen as [${shape}].`);
  }
  const output = program.activation(name, shape);
  program.append({
    kind: "view",
    view: true,
    inputs: [x],
    outputs: [output],
    forward: (graph) => graph.define(output, "Reshape", [graph.use(x), graph.literal(shape, "int64")]),
    backward: (tape) => tape.pass(x, output),
  });
  return output;
}
