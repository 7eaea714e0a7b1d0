/**
 * A rate that a search has found: whether a run still has it, and what is no longer as it was when
 * it was searched for. Not for searching: `src/search`.
 */

import type { FoundRate, RunConfiguration } from "./configuration";

/** Of a fingerprint so many hexadecimal digits are kept, since addresses hold them, too. */
const DIGITS = 16;
/** Steps within this factor are taken for as many. */
const ALIKE = 1.25;

/** What a rate depends on, as it is now. */
export interface Circumstances {
  /** The base model's name. */
  readonly model: string;
  /** As `shortened`, of the fingerprint of the training rows. */
  readonly rows: string;
  readonly settings: string;
  readonly steps: number;
}

export function shortened(fingerprint: string): string {
  return fingerprint.slice(0, DIGITS);
}

/** How a run's present rate was found; undefined where it was not, or has been changed since. */
export function foundRateOf({
  learningRate,
  foundRate,
}: {
  readonly learningRate?: RunConfiguration["learningRate"] | null;
  readonly foundRate?: FoundRate | undefined;
}): FoundRate | undefined {
  return foundRate?.rate === learningRate ? foundRate : undefined;
}

/**
 * In a sentence, what a run's found rate was searched for that is otherwise now; null where nothing
 * is. `splits`: how many times the rows are divided.
 */
export function changedSince(run: string, found: FoundRate, now: Circumstances, splits: number): string | null {
  const otherModel = found.model !== now.model;
  // Rows are told apart by their tokens, which another model has others of.
  const otherRows = !otherModel && found.rows !== now.rows;
  const otherSteps = Math.max(found.steps / now.steps, now.steps / found.steps) > ALIKE;
  const changes = [
    ...(otherModel ? [`for ${found.model}`] : []),
    ...(otherRows ? ["on other training rows"] : []),
    ...(otherSteps ? [`for ${found.steps} steps, not ${now.steps}`] : []),
    ...(found.settings !== now.settings ? ["with other settings of the run or the training"] : []),
  ];
  const seen =
    splits > 1
      ? " Rows that it was chosen by are test rows of other folds or repeats."
      : otherRows
        ? " Rows that it was chosen by may be validation or test rows now."
        : "";
  if (changes.length === 0 && seen === "") return null;
  const how = changes.length === 0 ? "" : ` ${changes.join(", ")}`;
  return `The learning rate of ${run} was found by a search${how}: search again, or leave it to the method.${seen}`;
}
