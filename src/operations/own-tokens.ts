/** The rows of the input's own tokens out of a batch that has virtual tokens around them. */

import { dispatch } from "../kernels/kernel";
import { ownTokensBackward } from "../kernels/own-tokens-backward";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface OwnTokens {
  readonly batch: number;
  /** Virtual tokens before the input's, and the input's own. */
  readonly virtualTokens: number;
  readonly tokens: number;
}

/**
 * `x` [batch · all, width] with all ≥ virtualTokens + tokens → [batch · tokens, width]; `x` itself
 * where nothing is left out.
 */
export function ownTokens(program: Program, name: string, x: Tensor, options: OwnTokens): Tensor {
  const { batch, virtualTokens, tokens } = options;
  const width = x.shape[1]!;
  const all = x.shape[0]! / batch;
  if (all === tokens) return x;
  const output = program.activation(name, [batch * tokens, width]);
  program.append({
    kind: "ownTokens",
    inputs: [x],
    outputs: [output],
    forward: (graph) => {
      const rows = graph.value("Reshape", [graph.use(x), graph.literal([batch, all, width], "int64")]);
      const range = [[virtualTokens], [virtualTokens + tokens], [1]].map((value) => graph.literal(value, "int64"));
      graph.define(output, "Reshape", [
        graph.value("Slice", [rows, ...range]),
        graph.literal([batch * tokens, width], "int64"),
      ]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      const sizes = { batch, all, prefixLength: virtualTokens, tokens, width };
      tape.send(x, (out, ACCUMULATE) => dispatch(ownTokensBackward, { outputGradient, out }, sizes, { ACCUMULATE }));
    },
  });
  return output;
}
