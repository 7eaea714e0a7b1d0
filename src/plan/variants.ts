/**
 * A run's variants: the same method and options with several seeds, on several divisions of the
 * rows, with several learning rates of a sweep, and on the chosen training rows and their controls.
 * Each variant is trained as a run of its own; what they say together is summed up per run,
 * learning rate and control.
 */

import { splitsOf } from "../data/splits";
import type { RowSelection, SelectionControl } from "../data/types";
import type { Configuration, RunConfiguration, TrainingConfiguration } from "./configuration";

export interface Variant {
  /**
   * Unique in the comparison: the run's name, with what tells the variant from its siblings after
   * it.
   */
  readonly name: string;
  /** The name of the run it is a variant of. */
  readonly run: string;
  /** What its siblings that differ in nothing but seed and split share: the name without these. */
  readonly group: string;
  readonly seed: number;
  /** Which division of the rows it is trained and tested on, from 0; 0 where there is one. */
  readonly split: number;
  /** Where training rows are chosen: left out of a run that learns from these. */
  readonly rows?: SelectionControl | undefined;
  /** Factor on the run's learning rate. */
  readonly learningRateFactor: number;
}

/** What stands beside runs on chosen rows, in the order of their divisions. */
export function controlsOf(selection: RowSelection | undefined): readonly SelectionControl[] {
  return selection ? (selection.beside ?? ["random"]) : [];
}

/** Which of the divisions the rows of a variant are: see `divisionsOf`. */
interface RowsOfVariant {
  readonly rows: SelectionControl | null;
  /** Counted from 0. */
  readonly seed: number;
  readonly split: number;
}

/**
 * The order of a comparison's divisions: the chosen rows of every split; then of every control its
 * own, those at random anew for every seed.
 */
export function divisionsOf(
  selection: RowSelection | undefined,
  { splits, seeds }: { readonly splits: number; readonly seeds: number },
): RowsOfVariant[] {
  const every = (rows: SelectionControl | null, seed: number) =>
    range(splits).map((split): RowsOfVariant => ({ rows, seed, split }));
  const controls = controlsOf(selection).flatMap((rows) =>
    range(rows === "random" ? seeds : 1).flatMap((seed) => every(rows, seed)),
  );
  return [...every(null, 0), ...controls];
}

/**
 * Every split of every seed of every learning rate, in this order, first on the chosen rows, then
 * on each control's; one variant with the run's own name where there is one of each. `trains`: what
 * trains nothing has no learning rate, so that a sweep has it once.
 */
export function variantsOf(
  { name }: Pick<RunConfiguration, "name">,
  { seed: first, seeds, learningRateFactors }: Pick<TrainingConfiguration, "seed" | "seeds" | "learningRateFactors">,
  { test = null, selection }: Partial<Pick<Configuration["data"], "test" | "selection">>,
  trains: boolean,
): Variant[] {
  const splits = splitsOf(test);
  const count = splits?.count ?? 1;
  const factors = trains ? learningRateFactors : [1];
  const divisions = divisionsOf(selection, { splits: count, seeds });
  const kinds = [null, ...controlsOf(selection)];
  return factors.flatMap((learningRateFactor) => {
    const rate = factors.length > 1 ? [`rate × ${learningRateFactor}`] : [];
    return kinds.flatMap((rows) => {
      const common = [...rate, ...(rows === null ? [] : [controlNames[rows]])];
      return range(seeds).flatMap((index) =>
        range(count).map((split): Variant => {
          const seed = first + index;
          const own = [...(seeds > 1 ? [`seed ${seed}`] : []), ...(splits ? [`${splits.noun} ${split + 1}`] : [])];
          const division = divisions.findIndex(
            (one) => one.rows === rows && one.split === split && one.seed === (rows === "random" ? index : 0),
          );
          return {
            name: withParts(name, [...common, ...own]),
            run: name,
            group: withParts(name, common),
            seed,
            split: division,
            ...(rows !== null && { rows }),
            learningRateFactor,
          };
        }),
      );
    });
  });
}

/** What a control's runs are called by. */
const controlNames: Readonly<Record<SelectionControl, string>> = { random: "random rows", all: "all rows" };

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

function withParts(name: string, parts: readonly string[]): string {
  return parts.length === 0 ? name : `${name} (${parts.join(", ")})`;
}

export interface Spread {
  readonly mean: number;
  /** Standard deviation of the sample (n − 1); 0 for a single value. */
  readonly deviation: number;
  readonly count: number;
}

/** @throws RangeError without values. */
export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) throw new RangeError("A spread needs at least one value.");
  // Equal values have no spread, not even one of rounding.
  if (values.every((value) => value === values[0])) return { mean: values[0]!, deviation: 0, count };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}
