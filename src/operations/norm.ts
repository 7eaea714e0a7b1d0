/** RMS norm and layer norm over the last axis. */

import { columnProductSum } from "../kernels/column-product-sum";
import { columnSum } from "../kernels/column-sum";
import { dispatch } from "../kernels/kernel";
import { normBackward } from "../kernels/norm-backward";
import { normalizeRows } from "../kernels/normalize-rows";
import type { GraphWriter, Tape } from "../program/operation";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** y = x / sqrt(mean(x²) + epsilon) · weight; `x` [rows, width]. */
export function rmsNorm(program: Program, name: string, x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return norm(program, name, x, [weight], epsilon, 0);
}

/**
 * y = (x − mean) / sqrt(variance + epsilon) · weight + bias, where there is one; `x` [rows, width].
 */
export function layerNorm(
  program: Program,
  name: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  epsilon: number,
): Tensor {
  return norm(program, name, x, [weight, bias], epsilon, 1);
}

function norm(
  program: Program,
  name: string,
  x: Tensor,
  parameters: readonly [weight: Tensor, bias?: Tensor | undefined],
  epsilon: number,
  CENTERED: 0 | 1,
): Tensor {
  const [rows, width] = x.shape as [number, number];
  const [weight, bias] = parameters;
  const inputs = bias ? [x, weight, bias] : [x, weight];
  const output = program.activation(name, x.shape);
  program.append({
    kind: CENTERED ? "layerNorm" : "rmsNorm",
    inputs,
    outputs: [output],
    forward: (graph: GraphWriter) =>
      graph.define(
        output,
        CENTERED ? "LayerNormalization" : "SimplifiedLayerNormalization",
        inputs.map((input) => graph.use(input)),
        { axis: -1, epsilon: { float: epsilon } },
      ),
    backward: (tape: Tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      if (tape.needs(weight)) {
        const normalized = tape.scratch(rows * width);
        tape.run(
          dispatch(normalizeRows, { x: tape.value(x), out: normalized }, { rows, width, epsilon }, { CENTERED }),
        );
        tape.send(weight, (out, ACCUMULATE) =>
          dispatch(columnProductSum, { x: normalized, y: outputGradient, out }, { rows, width }, { ACCUMULATE }),
        );
      }
      if (bias) {
        tape.send(bias, (out, ACCUMULATE) =>
          dispatch(columnSum, { x: outputGradient, out }, { rows, width }, { ACCUMULATE }),
        );
      }
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          normBackward,
          { x: tape.value(x), weight: tape.value(weight), outputGradient, out },
          { rows, width, epsilon },
          { CENTERED, ACCUMULATE },
        ),
      );
    },
  });
  return output;
}
