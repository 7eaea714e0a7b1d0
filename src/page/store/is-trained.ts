/**
 * Whether steps change a run: neither what only answers, nor an adapter that was only evaluated.
 */

import type { RunRecord } from "./state";

export function isTrained({ learningRate, beside = false }: Pick<RunRecord, "learningRate" | "beside">): boolean {
  return learningRate !== null && !beside;
}
