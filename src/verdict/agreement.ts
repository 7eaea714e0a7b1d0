/**
 * How far runs agree, whatever is true: the share of equal answers and Cohen's kappa, or for
 * numbers Pearson's correlation.
 */

import type { Answer } from "../data/types";
import { pearson } from "../tasks/metrics/correlation";

/** Symmetric matrices over the runs, in their order. */
export interface Agreement {
  /** What is counted: whole rows, or words where each has a tag. Null of numbers. */
  of: "rows" | "words" | null;
  runs: string[];
  /** Of equal answers; null of numbers. */
  share: number[][] | null;
  /** Null where both runs always give the same one answer: it is not defined. */
  kappa: (number | null)[][] | null;
  /** Pearson's, of numbers; null where a run gives every row the same number. */
  correlation: (number | null)[][] | null;
}

/** `said`: of every run its answer to every row; several tags stand between spaces. */
export function agree(
  answer: Answer,
  runs: readonly string[],
  said: readonly (readonly (string | number)[])[],
): Agreement {
  const matrix = <Value>(of: (one: number, other: number) => Value) =>
    runs.map((_, one) => runs.map((_, other) => of(one, other)));
  const names = [...runs];
  if (answer === "number") {
    const correlation = matrix((one, other) => {
      const value = pearson(said[one] as number[], said[other] as number[]);
      return Number.isFinite(value) ? value : null;
    });
    return { of: null, runs: names, share: null, kappa: null, correlation };
  }
  const tagged = answer === "tags";
  const units = said.map((own) => (tagged ? own.flatMap((tags) => String(tags).split(" ")) : own.map(String)));
  const share = matrix((one, other) => equalShare(units[one]!, units[other]!));
  const kappa = matrix((one, other) => cohenKappa(units[one]!, units[other]!));
  return { of: tagged ? "words" : "rows", runs: names, share, kappa, correlation: null };
}

function equalShare(one: readonly string[], other: readonly string[]): number {
  return one.filter((answer, place) => answer === other[place]).length / one.length;
}

/**
 * Cohen's kappa (1960): the share of equal answers beyond what each run's own shares of answers
 * give by chance, of what chance leaves. Null where chance leaves nothing.
 */
export function cohenKappa(one: readonly string[], other: readonly string[]): number | null {
  const [ofOne, ofOther] = [counts(one), counts(other)];
  let chance = 0;
  for (const [answer, count] of ofOne) chance += (count * (ofOther.get(answer) ?? 0)) / one.length ** 2;
  return chance < 1 ? (equalShare(one, other) - chance) / (1 - chance) : null;
}

function counts(answers: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const answer of answers) found.set(answer, (found.get(answer) ?? 0) + 1);
  return found;
}
