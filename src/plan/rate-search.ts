/**
 * What a search for a learning rate says, which runs of a configuration are searched, and how what
 * was found is put into it. Not for searching: `src/search`.
 */

import { splitsOf } from "../data/splits";
import { approachOf } from "../methods/registry";
import type { Configuration, FoundRate, RunConfiguration, TrainingConfiguration } from "./configuration";

/** A rate as it was tried in one rung: as many steps and seeds as the others of the rung. */
export interface RateTrial {
  /** Peak learning rate, and as a factor on the method's own. */
  readonly rate: number;
  readonly factor: number;
  readonly steps: number;
  /** Loss on the held-out training rows at the end, one a seed; null: it was not a number. */
  readonly losses: readonly (number | null)[];
  /** Their mean; null where one of them is. */
  readonly loss: number | null;
}

/** A run's search. */
export interface RateSearch {
  /** The run's name in the configuration. */
  readonly run: string;
  /** The method's own rate on the model, in the middle of the grid. */
  readonly own: number;
  /** The rate with the lowest loss of the last rung; the method's own where every trial failed. */
  readonly chosen: number;
  /** What a configuration keeps of it; null where every trial failed, and nothing was found. */
  readonly found: FoundRate | null;
  /** In plain words, where the choice is less than it seems; else null. */
  readonly doubt: string | null;
  /** Rung after rung, in each from the lowest rate up. */
  readonly trials: readonly RateTrial[];
  /** Training rows that were learned from, and held out to choose by. */
  readonly trainRows: number;
  readonly heldRows: number;
  /** Steps and real tokens of all trials together, and seconds from beginning to end. */
  readonly cost: { readonly steps: number; readonly tokens: number; readonly seconds: number };
}

/**
 * Whether a run's rate is to be searched: never where nothing is trained, nor where its head alone
 * is, at the rate of all heads.
 */
export function isSearched(
  { method, learningRate }: Pick<RunConfiguration, "method" | "learningRate">,
  training: Pick<TrainingConfiguration, "learningRate" | "headLearningRate">,
): boolean {
  const approach = approachOf(method);
  if (!approach.trains || (approach.headOnly && training.headLearningRate !== "adapter")) return false;
  return (learningRate ?? training.learningRate) === "search";
}

/**
 * The runs whose rates are to be searched.
 * @throws {Error} over folds and repeats, where a rate chosen on one division's training rows would
 *   have seen the test rows of another: naming the run, and both ways out.
 */
export function searchedRuns({ data, training, runs }: Configuration): RunConfiguration[] {
  const searched = runs.filter((run) => isSearched(run, training));
  const splits = splitsOf(data.test);
  if (searched[0] && splits) {
    throw new Error(
      `Run "${searched[0].name}": its learning rate cannot be searched over ${splits.count} ${splits.noun}s, since the ` +
        `training rows of one ${splits.noun} are test rows of another. Set a rate, or leave it to the method.`,
    );
  }
  return searched;
}

/** The configuration to train with: nothing is left to search. */
export function withFoundRates(configuration: Configuration, searches: readonly RateSearch[]): Configuration {
  const { learningRate, ...training } = configuration.training;
  const runs = configuration.runs.map(({ learningRate: own, ...run }) => {
    const search = searches.find((one) => one.run === run.name);
    const rate = search?.chosen ?? (own === "search" ? undefined : own);
    return {
      ...run,
      ...(rate !== undefined && { learningRate: rate }),
      ...(search?.found && { foundRate: search.found }),
    };
  });
  return {
    ...configuration,
    training: { ...training, ...(learningRate !== "search" && learningRate !== undefined && { learningRate }) },
    runs,
  };
}
