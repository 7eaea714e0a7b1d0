/**
 * Which validation rows are measured when: while training those that `training.evalRows` asks for,
 * in the end the others, too.
 */

import { drawRows } from "../data/sample";
import type { TokenizedExample } from "../data/tokens";
import type { TrainingConfiguration } from "../plan/configuration";
import type { DividedRows } from "../runs/rows";
import type { Evaluation } from "../tasks/task";

/** Validation rows of a division, in its order. */
export interface ValidationRows {
  readonly rows: readonly TokenizedExample[];
  readonly texts: readonly string[];
}

/** What a run said of them. */
export interface Said extends ValidationRows {
  readonly evaluation: Evaluation;
}

export class Validation {
  readonly all: ValidationRows;
  /** Measured while training; the same as `all` where there are no others. */
  readonly sample: ValidationRows;
  /** What the sample leaves out. */
  readonly rest: ValidationRows;
  readonly #places: ReadonlySet<number>;

  constructor(
    { validation, validationTexts }: DividedRows,
    { evalRows, seed }: Pick<TrainingConfiguration, "evalRows" | "seed">,
  ) {
    const at = (places: readonly number[]): ValidationRows => ({
      rows: places.map((place) => validation[place]!),
      texts: places.map((place) => validationTexts[place]!),
    });
    this.all = { rows: validation, texts: validationTexts };
    const drawn = drawRows(validation, evalRows ?? validation.length, seed);
    this.#places = new Set(drawn);
    const isWhole = drawn.length === validation.length;
    this.sample = isWhole ? this.all : at(drawn);
    this.rest = at([...validation.keys()].filter((place) => !this.#places.has(place)));
  }

  /** What was said of the sample and of the rest, as of all rows. */
  join(sample: Evaluation, rest: Evaluation): Evaluation {
    const of = <Value>(drawn: readonly Value[], others: readonly Value[]) => {
      let [fromSample, fromRest] = [0, 0];
      return this.all.rows.map((_, place) => (this.#places.has(place) ? drawn[fromSample++]! : others[fromRest++]!));
    };
    return { outputs: of(sample.outputs, rest.outputs), losses: of(sample.losses, rest.losses) };
  }
}
