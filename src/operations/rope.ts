/**
 * Rotary position embedding (Su et al. 2021) in Hugging Face's rotate-half form: column i turns
 * with i + rotarySize/2.
 */

import { dispatch } from "../kernels/kernel";
import { ropeBackward } from "../kernels/rope-backward";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

export interface RopeOptions {
  /** Consecutive rows of one sequence. */
  readonly tokens: number;
  readonly heads: number;
  readonly headSize: number;
  /** Leading columns of a head that turn; the others pass. */
  readonly rotarySize: number;
  /** Position of the first token. */
  readonly offset: number;
  /** [positions, rotarySize / 2] each. */
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/** `x` [sequences · tokens, heads · headSize] → the same shape. */
export function rope(program: Program, name: string, x: Tensor, options: RopeOptions): Tensor {
  const { tokens, heads, headSize, rotarySize, offset, cosine, sine } = options;
  const rows = x.shape[0]!;
  const output = program.activation(name, x.shape);
  program.append({
    kind: "rope",
    inputs: [x, cosine, sine],
    outputs: [output],
    forward: (graph) => {
      const sequences = rows / tokens;
      const folded = graph.value("Reshape", [
        graph.use(x),
        graph.literal([sequences, tokens, heads * headSize], "int64"),
      ]);
      const positions = Array.from({ length: rows }, (_, row) => offset + (row % tokens));
      const rotated = graph.value(
        "RotaryEmbedding",
        [folded, graph.literal(positions, "int64", [sequences, tokens]), graph.use(cosine), graph.use(sine)],
        { num_heads: heads, rotary_embedding_dim: rotarySize, interleaved: 0 },
        "com.microsoft",
      );
      graph.define(output, "Reshape", [rotated, graph.literal(x.shape, "int64")]);
    },
    backward: (tape) => {
      const outputGradient = tape.gradient(output);
      if (!outputGradient) return;
      tape.send(x, (out, ACCUMULATE) =>
        dispatch(
          ropeBackward,
          { cosine: tape.value(cosine), sine: tape.value(sine), outputGradient, out },
          { rows, tokens, heads, headSize, rotarySize, offset },
          { ACCUMULATE },
        ),
      );
    },
  });
  return output;
}
