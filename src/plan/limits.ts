/** Numbers beyond which a plan cannot be carried out, and what is said of one. */

import { splitsOf } from "../data/splits";
import type { TestPlan } from "../data/types";

/** Steps of a training; more than any computer will take. */
export const MOST_STEPS = 1_000_000_000;
export const MOST_EPOCHS = 1_000_000;

/** Runs of a comparison; with more it would be none that somebody could read. */
export const MOST_RUNS = 100;
/** Trainings of a comparison: its runs with every seed, division of the rows and learning rate. */
export const MOST_TRAININGS = 2000;

/** Below it graphics cards take a 32-bit number for 0. */
const SMALLEST = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Why a positive number is none that devices compute with, which is in 32 bits (IEEE 754,
 * binary32); null where it is one.
 */
export function float32Problem(value: number): string | null {
  if (value >= SMALLEST && value <= LARGEST) return null;
  const becomes = value < SMALLEST ? "0" : "infinite";
  return `${value} is ${becomes} in the 32-bit numbers that are computed with; write one from 1.2e-38 to 3.4e38`;
}

/**
 * Why so many runs cannot be trained with every seed, division of the rows and learning rate; null
 * where they can. `test`: as a configuration has it.
 */
export function trainingsProblem(
  runs: number,
  { seeds, learningRateFactors }: { readonly seeds: number; readonly learningRateFactors: readonly number[] },
  test: TestPlan | string | null,
): string | null {
  const divisions = splitsOf(test)?.count ?? 1;
  const trainings = runs * seeds * learningRateFactors.length * divisions;
  if (trainings <= MOST_TRAININGS) return null;
  return (
    `${runs} ${runs === 1 ? "run" : "runs"} with every seed, division of the rows and learning rate are ${trainings} ` +
    `trainings; there may be ${MOST_TRAININGS}`
  );
}
