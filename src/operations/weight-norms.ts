/**
 * Norms of a linear's weight, one per output, and DoRA's factors: trained magnitudes divided by
 * such norms.
 */

import { dispatch } from "../kernels/kernel";
import { scaleColumns } from "../kernels/scale-columns";
import type { GraphWriter } from "../program/operation";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** A linear's weight: [out, in], or [in, out]. */
export interface LinearWeight {
  readonly weight: Tensor;
  readonly layout: "out-in" | "in-out";
}

/** What is added to the weight: scale · up · down, with `down` [rank, in] and `up` [out, rank]. */
export interface LowRankUpdate {
  readonly down: Tensor;
  readonly up: Tensor;
  readonly scale: number;
}

/** ‖W‖ of every output: [out]. For frozen weights: no gradient passes through. */
export function weightNorms(program: Program, name: string, { weight, layout }: LinearWeight): Tensor {
  const output = program.activation(name, [weight.shape[layout === "out-in" ? 0 : 1]!]);
  program.append({
    kind: "weightNorms",
    inputs: [weight],
    outputs: [output],
    forward: (graph) => void writeNorms(graph, graph.use(weight), layout, output),
    backward: () => {},
  });
  return output;
}

/**
 * `magnitude` [out] / ‖W + scale · up · down‖ of every output: [out]. The norm follows the update,
 * but is a constant for the gradient, as in the DoRA paper (section 4.3) and in PEFT: only the
 * magnitudes get one here.
 */
export function magnitudeFactors(
  program: Program,
  name: string,
  magnitude: Tensor,
  { weight, layout }: LinearWeight,
  { down, up, scale }: LowRankUpdate,
): Tensor {
  const [width] = magnitude.shape as [number];
  const output = program.activation(name, [width]);
  const inverse = program.activation(`${name}: inverse norms`, [width]);
  program.append({
    kind: "magnitudeFactors",
    inputs: [magnitude, weight, down, up],
    outputs: [inverse, output],
    forward: (graph) => {
      const factors = [up, down].map((tensor) => graph.use(tensor));
      // [in, out] is the product the other way round: downᵀ · upᵀ.
      const operands = layout === "out-in" ? factors : factors.reverse();
      const transposed = layout === "out-in" ? 0 : 1;
      const updated = graph.value("Gemm", [...operands, graph.use(weight)], {
        alpha: { float: scale },
        beta: { float: 1 },
        transA: transposed,
        transB: transposed,
      });
      graph.define(inverse, "Reciprocal", [writeNorms(graph, updated, layout)]);
      graph.define(output, "Mul", [graph.use(magnitude), graph.use(inverse)]);
    },
    backward: (tape) => {
      const gradient = tape.gradient(output);
      if (!gradient || !tape.needs(magnitude)) return;
      const out = tape.scratch(width);
      tape.run(dispatch(scaleColumns, { x: gradient, weight: tape.value(inverse), out }, { rows: 1, width }));
      tape.give(magnitude, out);
    },
  });
  return output;
}

/**
 * Writes the norms over the inputs; the name of their value, which is `output` where that is given.
 */
function writeNorms(graph: GraphWriter, weight: string, layout: "out-in" | "in-out", output?: Tensor): string {
  const inputs = [weight, graph.literal([layout === "out-in" ? 1 : 0], "int64")];
  if (!output) return graph.value("ReduceL2", inputs, { keepdims: 0 });
  graph.define(output, "ReduceL2", inputs, { keepdims: 0 });
  return output.name;
}
