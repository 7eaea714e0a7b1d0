/** What the frozen pass over a semantic text gives: one pass per text, without gradient. */

import type { Program } from "../program/program";
import type { Provided, Tensor } from "../program/tensor";
import type { MethodContext } from "./method";

export const semanticNames = {
  keys: (layer: number) => `semantic.keys.${layer}`,
  values: (layer: number) => `semantic.values.${layer}`,
  states: (depth: number) => `semantic.states.${depth}`,
  hidden: "semantic.hidden",
};

/** [text tokens, keyValueHeads · headSize]: keys before rotary, or values, of one layer. */
export function semanticKeyValue(
  program: Program,
  kind: "keys" | "values",
  layer: number,
  { config, textIds }: MethodContext,
): Provided {
  return program.provided(
    semanticNames[kind](layer),
    [textIds.length, config.keyValueHeads * config.headSize],
    "read text",
  );
}

/** The same as a cache has them: keys after rotary. */
export function positionedKeyValue(
  program: Program,
  kind: "keys" | "values",
  layer: number,
  context: MethodContext,
): Tensor {
  const states = semanticKeyValue(program, kind, layer, context);
  if (kind === "values") return states;
  const { family, config } = context;
  return family.position(program, config, `${states.name} in their places`, states, layer);
}

/** [text tokens, hiddenSize]: the residual stream before block `depth`. */
export function semanticState(program: Program, depth: number, { config, textIds }: MethodContext): Provided {
  return program.provided(semanticNames.states(depth), [textIds.length, config.hiddenSize], "read text");
}

/** [text tokens, hiddenSize]: the last hidden states, after the last norm. */
export function semanticHidden(program: Program, { config, textIds }: MethodContext): Provided {
  return program.provided(semanticNames.hidden, [textIds.length, config.hiddenSize], "read text");
}
