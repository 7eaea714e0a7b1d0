/**
 * Whether two methods compute the same before any training: both are set up from the same seed on
 * the open model, and their logits on some of the rows are compared. Not for what they should be
 * equal to: the methods say that.
 */

import { Comparison } from "../comparison/comparison";
import type { ComparisonSetup, PlannedRun } from "../comparison/comparison-setup";

/** Rows that are compared. */
const ROWS = 8;

export interface Proof {
  readonly rows: number;
  /** Logits that were compared. */
  readonly logits: number;
  /** The largest absolute difference of a logit, and the largest logit beside which it stands. */
  readonly difference: number;
  readonly largest: number;
}

/**
 * Carries out both runs, which need different names, on the first rows of the data. Nothing stays
 * on the device.
 */
export async function compareAtStart(
  setup: Pick<ComparisonSetup, "executor" | "model" | "data" | "training">,
  runs: readonly [PlannedRun, PlannedRun],
): Promise<Proof> {
  const { data, training } = setup;
  const validation = (data.validation.length > 0 ? data.validation : data.train).slice(0, ROWS);
  const comparison = new Comparison({
    ...setup,
    data: { ...data, train: validation, validation, validationTexts: validation.map(() => "") },
    training: { ...training, batchSize: validation.length, steps: 1 },
    runs,
    emit: () => {},
  });
  try {
    await comparison.evaluate();
    const [a, b] = runs.map(({ name }) => concatenate(comparison.evaluation(name).outputs));
    const largestOf = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return {
      rows: validation.length,
      logits: a!.length,
      difference: largestOf(a!.map((value, index) => value - b![index]!)),
      largest: largestOf(b!),
    };
  } finally {
    await comparison.release();
  }
}

function concatenate(parts: readonly (Float32Array | Float64Array)[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}
