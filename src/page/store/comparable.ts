/**
 * Whether figures of two configurations may stand side by side: the same base model, the same rows
 * in the same parts. Not for what is trained.
 */

import type { Configuration } from "../../plan/configuration";

export function areComparable(a: Configuration, b: Configuration): boolean {
  return a.model === b.model && same(rowsOf(a), rowsOf(b));
}

/** What says which rows are in which part; comparisons of earlier versions have two parts. */
function rowsOf({ data, training }: Configuration) {
  const { test = null, group = null, ...others } = data;
  const drawn = typeof data.validation === "number" || (test !== null && typeof test !== "string");
  return { ...others, test, group, seed: drawn ? training.seed : null };
}

/** Of plain data whose keys may be in another order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
