/** Bytes the studio holds in the device's memory now: the base weights once, all runs, and what these share. */

import type { MemoryBytes } from "../../worker/api";
import type { StudioState } from "./state";

/** Without what all runs share: the base weights, and what onnxruntime keeps for itself. */
export function ownBytes(bytes: MemoryBytes): number {
  return bytes.total - bytes.weights - bytes.onnxruntime;
}

export function bytesHeld(state: StudioState): number {
  return state.comparison.current?.memoryBytes?.total ?? state.model.summary?.memoryBytes ?? 0;
}
