/**
 * What the authors' code for encoders (bertSKT.py) makes of a text: one linear layer on the last
 * hidden states of the frozen model, or, pooled, a number per token and one linear layer on all of
 * them. No activation; started as BERT's layers are.
 */

import * as z from "zod";
import { linear } from "../operations/linear";
import { view } from "../operations/view";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";
import type { MethodContext } from "./method";
import { semanticHidden } from "./semantic";

export const pooledOption = () =>
  z
    .boolean()
    .default(false)
    .meta({
      title: "Pooled",
      description:
        "One number per token of the text, and one large linear layer that makes everything from these numbers.",
      onlyWith: { preset: ["encoder-code"] },
    });

/** [text tokens, width] */
export function encodedText(program: Program, width: number, pooled: boolean, context: MethodContext): Tensor {
  const hidden = semanticHidden(program, context);
  const tokens = hidden.shape[0]!;
  if (!pooled) return bertLinear(program, "encoder.out", hidden, width);
  const numbers = view(program, "pooled text", bertLinear(program, "encoder.pool", hidden, 1), [1, tokens]);
  return view(program, "encoded text", bertLinear(program, "encoder.out", numbers, tokens * width), [tokens, width]);
}

function bertLinear(program: Program, path: string, x: Tensor, width: number): Tensor {
  const weight = program.trainable(`${path}.weight`, [width, x.shape[1]!], {
    initializer: { kind: "normal", std: 0.02 },
  });
  const bias = program.trainable(`${path}.bias`, [width], { initializer: { kind: "zeros" }, weightDecay: false });
  return linear(program, path, x, weight, { bias });
}
