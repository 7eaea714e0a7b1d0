/** RMS norm and layer norm over the last axis, with frozen gain and shift. */

import { dispatch } from "../kernels/kernel";
import { layerNormBackward } from "../kernels/layer-norm-backward";
import { rmsNormBackward } from "../kernels/rms-norm-backward";
import type { GraphWriter, Tape } from "../program/operation";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** y = x / sqrt(mean(x²) + epsilon) · weight; `x` [rows, width]. */
export function rmsNorm(program: Program, name: string, x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return norm(program, name, x, [weight], epsilon, "SimplifiedLayerNormalization", rmsNormBackward);
}

/** y = (x − mean) / sqrt(variance + epsilon) · weight + bias; `x` [rows, width]. */
export function layerNorm(
  program: Program,
  name: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  epsilon: number,
): Tensor {
  return norm(program, name, x, [weight, bias], epsilon, "LayerNormalization", layerNormBackward);
}

function norm(
  program: Program,
  name: string,
  x: Tensor,
  parameters: readonly Tensor[],
  epsilon: number,
  operator: string,
  kernel: typeof rmsNormBackward,
): Tensor {
  const [rows, width] = x.shape as [number, number];
  const output = program.activation(name, x.shape);
  program.append({
    kind: operator === "LayerNormalization" ? "layerNorm" : "rmsNorm",
    inputs: [x, ...parameters],
    outputs: [output],
    forward: (graph: GraphWriter) =>
      graph.define(
        output,
        operator,
        [x, ...parameters].map((input) => graph.use(input)),
        { axis: -1, epsilon: { float: epsilon } },
      ),
    backward: (tape: Tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      for (const parameter of parameters) {
        if (tape.needs(parameter)) throw new Error(`"${parameter.name}" is frozen; norms are not trained yet.`);
      }
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          kernel,
          { x: tape.value(x), weight: tape.value(parameters[0]!), outputGradient, out },
          { rows, width, epsilon },
          { ACCUMULATE },
        ),
      );
    },
  });
  return output;
}
