/**
 * Which rates are tried, for how long, and which is taken: a grid of factors around a method's own
 * rate, and successive halving (Jamieson and Talwalkar 2016) over steps and seeds. The same for
 * every method, so that each has the same budget. Arithmetic only; training is `search-rate.ts`'s.
 */

import type { RateTrial } from "../plan/rate-search";

/** Half a decade apart, 1.5 decades to either side. */
export const FACTORS: readonly number[] = [0.03, 0.1, 0.3, 1, 3, 10, 30];

/**
 * Some rates, each with so many seeds and steps; the best go on to the next rung, from the start.
 */
export interface Rung {
  readonly rates: number;
  readonly seeds: number;
  readonly steps: number;
}

/**
 * Half of the rates, rounded up, go on each time, with twice the steps; the last two have as many
 * as the comparison will, with two seeds. A short training prefers high rates, so none is chosen by
 * one alone.
 * @param steps of the comparison's training
 */
export function halvingRungs(rates: number, steps: number): Rung[] {
  const counts = [rates];
  while (counts.at(-1)! > 2) counts.push(Math.ceil(counts.at(-1)! / 2));
  return counts.map((count, index) => ({
    rates: count,
    seeds: index === counts.length - 1 ? 2 : 1,
    steps: Math.ceil(steps / 2 ** (counts.length - 1 - index)),
  }));
}

/** Training steps of one search, over all rates and seeds. */
export function searchSteps(rungs: readonly Rung[]): number {
  return rungs.reduce((sum, { rates, seeds, steps }) => sum + rates * seeds * steps, 0);
}

/** The rates of a grid: a method's own times each factor, with three significant digits. */
export function ratesAround(own: number): { readonly factor: number; readonly rate: number }[] {
  return FACTORS.map((factor) => ({ factor, rate: factor === 1 ? own : Number((own * factor).toPrecision(3)) }));
}

/** What a rate came to with several seeds; a single one that is not a number spoils it. */
export function trialOf(
  rate: { readonly factor: number; readonly rate: number },
  steps: number,
  losses: readonly (number | null)[],
): RateTrial {
  const known = losses.filter((loss): loss is number => loss !== null && Number.isFinite(loss));
  const spoilt = known.length < losses.length || known.length === 0;
  return {
    ...rate,
    steps,
    losses: losses.map((loss) => (loss !== null && Number.isFinite(loss) ? loss : null)),
    loss: spoilt ? null : known.reduce((sum, loss) => sum + loss, 0) / known.length,
  };
}

/**
 * The best so many trials, best first: by loss; equal ones by how near they are to the method's own
 * rate, then the lower first. Those without a loss never are.
 */
export function bestOf<Trial extends Pick<RateTrial, "factor" | "loss">>(
  trials: readonly Trial[],
  count: number,
): Trial[] {
  const distance = ({ factor }: Trial) => Math.abs(Math.log(factor));
  return trials
    .filter(({ loss }) => loss !== null)
    .sort((a, b) => a.loss! - b.loss! || distance(a) - distance(b) || a.factor - b.factor)
    .slice(0, count);
}

/** What makes a choice doubtful, in a sentence; null where nothing does. */
export function doubtOf(chosen: Pick<RateTrial, "factor"> | null, tried: readonly number[]): string | null {
  if (!chosen) return "The loss of every rate was no number; the method's own rate stays.";
  if (chosen.factor === Math.max(...tried)) return "It is the highest that was tried; a higher one may be better.";
  if (chosen.factor === Math.min(...tried)) return "It is the lowest that was tried; a lower one may be better.";
  return null;
}
