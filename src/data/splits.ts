/** How many times the rows of a file are divided anew. Not for how: see `parts.ts`. */

import type { TestPlan } from "./types";

/**
 * How many times, and what each time is called; null: once. `test`: a plan, or the name of a file.
 */
export function splitsOf(test: TestPlan | string | null): { readonly count: number; readonly noun: string } | null {
  if (test === null || typeof test !== "object") return null;
  return "folds" in test ? { count: test.folds, noun: "fold" } : { count: test.repeats, noun: "split" };
}
