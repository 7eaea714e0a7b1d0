/**
 * What the loss of each label in a CPT context counts. Not for which words are labels: the text
 * says it.
 */

import { tokenTypes } from "../../adapters/forms/cpt";
import type { PromptLabel } from "../../models/family";

/**
 * The labels of a context, each predicted by the token before it: the input's answer counts 1, the
 * last example decay, the one before decay².
 */
export function contextLabels(ids: readonly number[], locked: readonly boolean[], decay: number): PromptLabel[] {
  const types = tokenTypes(locked);
  const last = Math.max(0, ...types.filter((type) => type % 4 === 0));
  return ids.flatMap((id, place) =>
    locked[place] && place > 0 ? [{ column: place - 1, id, weight: decay ** (1 + (last - types[place]!) / 4) }] : [],
  );
}
