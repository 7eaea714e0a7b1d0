/** y = a ∘ b: two tensors of one shape, number by number. */

import { dispatch } from "../kernels/kernel";
import { scaleColumns } from "../kernels/scale-columns";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** Throws if the shapes differ. Either may be a frozen weight, of either precision. */
export function multiply(program: Program, name: string, a: Tensor, b: Tensor): Tensor {
  if (a.shape.join() !== b.shape.join()) {
    throw new Error(`"${a.name}" [${a.shape}] and "${b.name}" [${b.shape}] cannot be multiplied number by number.`);
  }
  const [first, second] = [wide(program, a), wide(program, b)];
  const sizes = { rows: 1, width: elementCount(a.shape) };
  const output = program.activation(name, a.shape);
  program.append({
    kind: "multiply",
    inputs: [first, second],
    outputs: [output],
    forward: (graph) => graph.define(output, "Mul", [graph.use(first), graph.use(second)]),
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient) return;
      for (const [factor, other] of [
        [first, second],
        [second, first],
      ] as const) {
        tape.send(factor, (out, ACCUMULATE) =>
          dispatch(scaleColumns, { x: gradient, weight: tape.value(other), out }, sizes, { ACCUMULATE }),
        );
      }
    },
  });
  return output;
}

/** A frozen float16 matrix as float32; all else as it is. No gradient passes through. */
function wide(program: Program, tensor: Tensor): Tensor {
  if (tensor.type === "float32") return tensor;
  const output = program.activation(`${tensor.name} widened`, tensor.shape);
  program.append({
    kind: "widen",
    inputs: [tensor],
    outputs: [output],
    forward: (graph) => graph.define(output, "Identity", [graph.use(tensor)]),
    backward: () => {},
  });
  return output;
}
