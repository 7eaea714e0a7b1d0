/** Numbers beyond which a plan cannot be carried out, and what is said of one. */

/** Steps of a training; more than any computer will take. */
export const MOST_STEPS = 1_000_000_000;
export const MOST_EPOCHS = 1_000_000;

/** Runs of a comparison; with more it would be none that somebody could read. */
export const MOST_RUNS = 100;

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
