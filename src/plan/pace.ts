/**
 * How long a comparison will take on this computer, from a few steps that were tried: arithmetic
 * only. Trying them: `src/worker/try-steps.ts`.
 */

import type { RowSelection } from "../data/types";
import type { TrainingConfiguration } from "./configuration";

/** What the steps that were tried took. */
export interface Pace {
  /** Of a training step of the run that was tried, seconds. */
  readonly step: number;
  /** Floating-point operations of such a step, of rows as long as the longest. */
  readonly flops: number;
  /** Until its first step, seconds. */
  readonly preparation: number;
}

/** A run as its time depends on it. */
export interface PacedRun {
  /** Of a step of rows as long as the longest. */
  readonly flops: { readonly forward: number; readonly total: number };
  /** Whether steps change it, or it only answers. */
  readonly trains: boolean;
  /** Whether nothing but the head is trained. */
  readonly headOnly: boolean;
  /** Whether its learning rate is searched first. */
  readonly searched: boolean;
}

/** Steps of a search for a learning rate, by those of the training (`src/search/halving.ts`). */
export const SEARCH_STEPS = 7.75;

/** Of the training that says how hard rows are, where no number is asked for. */
export const DYNAMICS_EPOCHS = 5;

/**
 * Seconds that a comparison will take. A step is taken to last as long as its operations ask for at
 * the pace of the run that was tried.
 * @param rows of each part; `test` are read once, in the end
 * @param training with its length in steps
 */
export function secondsOf(
  runs: readonly PacedRun[],
  training: Pick<TrainingConfiguration, "batchSize" | "evalEvery" | "evalRows" | "seeds" | "learningRateFactors"> & {
    readonly steps: number;
  },
  rows: { readonly train: number; readonly validation: number; readonly test: number },
  pace: Pace,
): number {
  const { batchSize, evalEvery, evalRows, learningRateFactors, seeds, steps } = training;
  const batches = (count: number) => Math.ceil(count / batchSize);
  const measured = Math.min(evalRows ?? rows.validation, rows.validation);
  const evaluations = 1 + Math.ceil(steps / evalEvery);
  const inTheEnd = batches(rows.validation - measured) + batches(rows.test);
  const perFlop = pace.step / pace.flops;
  const secondsOfRun = ({ flops, trains, searched }: PacedRun) => {
    if (!trains) return (batches(rows.train) + batches(measured) + inTheEnd) * flops.forward * perFlop;
    const variants = seeds * learningRateFactors.length;
    const training = steps * flops.total * perFlop;
    const evaluating = (evaluations * batches(measured) + inTheEnd) * flops.forward * perFlop;
    return variants * (pace.preparation + training + evaluating) + (searched ? SEARCH_STEPS * training : 0);
  };
  return runs.reduce((sum, run) => sum + secondsOfRun(run), 0);
}

/**
 * Seconds in which the rows of one division are chosen, before anything trains; 0 where they are
 * chosen already. What a look at the choice has left in memory is counted all the same.
 * @param runs in their order: the first that tunes the model says how hard rows are
 */
export function secondsOfChoosing(
  selection: RowSelection,
  runs: readonly PacedRun[],
  batchSize: number,
  rows: { readonly train: number; readonly validation: number },
  pace: Pace,
): number {
  if (selection.chosen) return 0;
  const perFlop = pace.step / pace.flops;
  const batches = (count: number) => Math.ceil(count / batchSize);
  // The frozen model computes less than any run.
  const least = Math.min(...runs.map(({ flops }) => flops.forward));
  const reading = (count: number) => batches(count) * least * perFlop;
  switch (selection.by) {
    case "random":
      return 0;
    case "loss":
    case "diversity":
      return reading(rows.train);
    case "gain":
      return 2 * reading(rows.train);
    case "similarity":
      return reading(rows.train) + reading(rows.validation);
    case "difficulty": {
      const probe = runs.find(({ trains, headOnly }) => trains && !headOnly);
      if (!probe) return 0;
      const perEpoch = batches(rows.train) * (probe.flops.total + probe.flops.forward) * perFlop;
      return pace.preparation + (selection.epochs ?? DYNAMICS_EPOCHS) * perEpoch;
    }
  }
}
