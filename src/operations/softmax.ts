/**
 * Softmax over the columns of a small matrix: weights of a mixture. Attention has its own
 * (`attention.ts`).
 */

import { addScaled } from "../kernels/add-scaled";
import { attentionSoftmaxBackward } from "../kernels/attention-softmax-backward";
import { dispatch } from "../kernels/kernel";
import type { Program } from "../program/program";
import { elementCount, type Tensor } from "../program/tensor";

/** `x` [rows, width] → the same shape; every row sums to 1. */
export function softmax(program: Program, name: string, x: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, x.shape);
  program.append({
    kind: "softmax",
    inputs: [x],
    outputs: [output],
    forward: (graph) => graph.define(output, "Softmax", [graph.use(x)], { axis: 1 }),
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient || !tape.needs(x)) return;
      const count = elementCount(x.shape);
      const gradient = tape.scratch(count);
      tape.run(dispatch(addScaled, { x: outputGradient, out: gradient }, { count, alpha: 1 }));
      const sizes = { batch: 1, queries: rows, keys: width, heads: 1, keyValueHeads: 1, headSize: 1, scale: 1 };
      tape.run(dispatch(attentionSoftmaxBackward, { probabilities: tape.value(output), gradient }, sizes));
      tape.give(x, gradient);
    },
  });
  return output;
}
