/** Divides examples into training and validation, stratified by label and repeatable by seed. */

import { DataError } from "./errors";
import type { Example } from "./examples";
import { Random } from "./random";

export interface Split {
  train: Example[];
  validation: Example[];
}

/**
 * Holds out `fraction` of every label's rows for validation, rounded, but at least one row and
 * never all. Both halves keep the file's order, so that training without shuffling follows the
 * file.
 * @throws RangeError when `fraction` is not between 0 and 1; DataError when a label has one row
 * only.
 */
export function splitExamples(examples: readonly Example[], fraction: number, seed: number, file = "data"): Split {
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`validation fraction: ${fraction} is not between 0 and 1. Give a fraction such as 0.1.`);
  }
  if (examples.length < 2) {
    throw new DataError({
      file,
      what: "The file has one row only; one row cannot be both learned and checked.",
      fix: "Add rows, or open a second file for validation.",
    });
  }
  const indexesOfLabel = new Map<number, number[]>();
  examples.forEach(({ label }, index) => {
    const indexes = indexesOfLabel.get(label);
    if (indexes) indexes.push(index);
    else indexesOfLabel.set(label, [index]);
  });
  const held = new Uint8Array(examples.length);
  for (const label of [...indexesOfLabel.keys()].sort((a, b) => a - b)) {
    const indexes = indexesOfLabel.get(label)!;
    if (indexes.length < 2) {
      throw new DataError({
        file,
        row: examples[indexes[0]!]!.row,
        what: "This is the only row of its label; one row cannot be in both training and validation.",
        fix: "Add a row of this label, or remove the row.",
      });
    }
    const count = Math.min(Math.max(Math.round(indexes.length * fraction), 1), indexes.length - 1);
    for (const index of new Random(seed, `split/${label}`).shuffle(indexes).slice(0, count)) held[index] = 1;
  }
  return {
    train: examples.filter((_, index) => held[index] === 0),
    validation: examples.filter((_, index) => held[index] === 1),
  };
}
