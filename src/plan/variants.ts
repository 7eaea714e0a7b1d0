/**
 * A run's variants: the same method and options with several seeds, on several divisions of the
 * rows, and with several learning rates of a sweep. Each variant is trained as a run of its own;
 * what they say together is summed up per run and learning rate.
 */

import { splitsOf } from "../data/splits";
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
  /** Factor on the run's learning rate. */
  readonly learningRateFactor: number;
}

/**
 * Every split of every seed of every learning rate, in this order; one variant with the run's own
 * name where there is one of each. `trains`: what trains nothing has no learning rate, so that a
 * sweep has it once; default: true.
 */
export function variantsOf(
  { name }: Pick<RunConfiguration, "name">,
  { seed: first, seeds, learningRateFactors }: Pick<TrainingConfiguration, "seed" | "seeds" | "learningRateFactors">,
  data: Partial<Pick<Configuration["data"], "test">>,
  trains = true,
): Variant[] {
  const splits = splitsOf(data.test ?? null);
  const factors = trains ? learningRateFactors : [1];
  return factors.flatMap((learningRateFactor) => {
    const rate = factors.length > 1 ? [`rate × ${learningRateFactor}`] : [];
    return range(seeds).flatMap((index) =>
      range(splits?.count ?? 1).map((split): Variant => {
        const seed = first + index;
        const own = [...(seeds > 1 ? [`seed ${seed}`] : []), ...(splits ? [`${splits.noun} ${split + 1}`] : [])];
        return {
          name: withParts(name, [...rate, ...own]),
          run: name,
          group: withParts(name, rate),
          seed,
          split,
          learningRateFactor,
        };
      }),
    );
  });
}

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
