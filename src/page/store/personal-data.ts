/** What is to be said before texts of the data are handed on, wherever that is offered. */

import { personalDataIn } from "../../data/check/check";
import { formatPlural } from "../numbers";
import type { Comparison, StudioState } from "./state";

/**
 * The warning for texts of a comparison, or of the open data where none is meant; null: nothing was
 * found, or the data were not checked.
 */
export function personalDataWarning({ data }: Pick<StudioState, "data">, comparison?: Comparison): string | null {
  const lines = comparison?.dataCheck ?? data.check?.lines ?? [];
  return personalDataIn({ lines })?.said ?? null;
}

/**
 * The same for comparisons that are handed on without their rows, by what was found in each; null:
 * nothing was found in any.
 */
export function typedTextsWarning(found: readonly (string | null | undefined)[]): string | null {
  const count = found.filter((said) => said).length;
  if (count === 0) return null;
  const of = found.length === 1 ? "" : ` of ${formatPlural(count, "comparison")}`;
  return `The texts${of} hold what looks like personal data. No row is handed on, but texts and examples that you typed are: look at them before.`;
}
