/** Equalities that several methods share (see `Method.equalities`): started from a text they are, at first, that text. */

import type { Equality, ModelFacts } from "./method";

/** In a model where a token sees only what stands before it, a text is the same read alone or with the input. */
export function equalToHardText(text: string, _facts: ModelFacts, beyond: string): readonly Equality[] {
  const statement = `Before training it is the text itself in front of every input (hard text). ${beyond}`;
  return [{ statement, method: "hard-text", options: { text } }];
}

export function equalToTextPrompt(text: string, statement: string): Equality {
  return { statement, method: "prompt", options: { init: "text", text, virtualTokens: null } };
}

export function equalToTextPrefix(text: string, statement: string): Equality {
  return { statement, method: "prefix", options: { init: "text", text, virtualTokens: null } };
}

/** Updates that start at zero leave the frozen model as it is. */
export function equalToFrozen(why: string): Equality[] {
  return [
    { statement: `Before training it is the frozen model with its head: ${why}.`, method: "linear-probe", options: {} },
  ];
}
