/**
 * The same rows before every sequence of a batch: virtual tokens before the input, or before keys
 * and values.
 */

import { dispatch } from "../kernels/kernel";
import { prependBackwardFront } from "../kernels/prepend-backward-front";
import { prependBackwardRows } from "../kernels/prepend-backward-rows";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/**
 * `front` [virtualTokens, width], `x` [batch · tokens, width] → [batch · (virtualTokens + tokens),
 * width].
 */
export function prepend(program: Program, name: string, front: Tensor, x: Tensor, batch: number): Tensor {
  const [virtualTokens, width] = front.shape as [number, number];
  const tokens = x.shape[0]! / batch;
  const output = program.activation(name, [batch * (virtualTokens + tokens), width]);
  program.append({
    kind: "prepend",
    inputs: [front, x],
    outputs: [output],
    forward: (graph) => {
      const rows = graph.value("Reshape", [graph.use(x), graph.literal([batch, tokens, width], "int64")]);
      const repeated = graph.value("Expand", [
        graph.value("Reshape", [graph.use(front), graph.literal([1, virtualTokens, width], "int64")]),
        graph.literal([batch, virtualTokens, width], "int64"),
      ]);
      const joined = graph.value("Concat", [repeated, rows], { axis: 1 });
      graph.define(output, "Reshape", [joined, graph.literal(output.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const sizes = { batch, prefixLength: virtualTokens, tokens, width };
      tape.send(front, (out, ACCUMULATE) =>
        dispatch(prependBackwardFront, { outputGradient, out }, sizes, { ACCUMULATE }),
      );
      tape.send(x, (out, ACCUMULATE) => dispatch(prependBackwardRows, { outputGradient, out }, sizes, { ACCUMULATE }));
    },
  });
  return output;
}
