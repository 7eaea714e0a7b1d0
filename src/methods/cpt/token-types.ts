/** PEFT's types of a CPT context's tokens, and what the loss of each label counts. Not for which words are labels: the text says it. */

import type { PromptLabel } from "../../models/family";

/**
 * 4i + 2 for what the ith example says and 4i + 4 for its label; what stands behind the last label belongs to the last example,
 * since PEFT reads the types of the input from the largest one on. Without any label everything is 2.
 */
export function tokenTypes(locked: readonly boolean[]): number[] {
  const examples = locked.filter((lock, place) => lock && !locked[place + 1]).length;
  let example = 0;
  return locked.map((lock, place) => {
    if (!lock && place > 0 && locked[place - 1]) example++;
    return 4 * (lock ? example : Math.max(0, Math.min(example, examples - 1))) + (lock ? 4 : 2);
  });
}

/** The labels of a context, each foretold by the token before it: the input's answer counts 1, the last example decay, the one before decay². */
export function contextLabels(ids: readonly number[], locked: readonly boolean[], decay: number): PromptLabel[] {
  const types = tokenTypes(locked);
  const last = Math.max(0, ...types.filter((type) => type % 4 === 0));
  return ids.flatMap((id, place) =>
    locked[place] && place > 0 ? [{ column: place - 1, id, weight: decay ** (1 + (last - types[place]!) / 4) }] : [],
  );
}
