/**
 * Bytes the studio holds in the device's memory now: the base weights once, all runs, and what
 * these share.
 */

import type { MemoryBytes } from "../../worker/api";
import type { StudioState } from "./state";

/** Without what all runs share: the base weights, and what onnxruntime keeps for itself. */
export function ownBytes(bytes: MemoryBytes): number {
  return bytes.total - bytes.weights - bytes.onnxruntime;
}

/**
 * Everything, once a comparison was set up; before that the weights alone are known, without what
 * onnxruntime takes.
 */
export function bytesHeld({ comparison, model }: StudioState): { bytes: number; what: "in use" | "of weights" } | null {
  const all = comparison.current?.memoryBytes?.total;
  if (all !== undefined) return { bytes: all, what: "in use" };
  return model.summary && { bytes: model.summary.memoryBytes, what: "of weights" };
}
