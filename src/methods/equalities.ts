/**
 * Equalities that several methods share (see `Method.equalities`): started from a text they are, at
 * first, that text.
 */

import type { Equality, ModelFacts } from "./method";

/** Of what comes before the input's embeddings. */
export function equalToHardText(text: string, beyond: string): readonly Equality[] {
  const statement = `Before training it equals the text itself before every input (hard text). ${beyond}`;
  return [{ statement, method: "hard-text", options: { text } }];
}

/**
 * Of keys and values that the model computed for the text alone. Where a token sees only those
 * before it, that equals the text before the input; in a bidirectional model it does not, since
 * there the text would see the input.
 */
export function readAloneEqualToHardText(text: string, { family }: ModelFacts, beyond: string): readonly Equality[] {
  return family.bidirectional ? [] : equalToHardText(text, beyond);
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
