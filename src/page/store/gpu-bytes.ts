/** Bytes the studio holds on the GPU now: the base weights once, all runs, and what these share. */

import type { GpuBytes } from "../../worker/api";
import type { StudioState } from "./state";

/** Without what all runs share: the base weights, and what onnxruntime keeps for itself. */
export function ownBytes(bytes: GpuBytes): number {
  return bytes.total - bytes.weights - bytes.onnxruntime;
}

export function gpuBytesHeld(state: StudioState): number {
  return state.comparison.current?.gpuBytes?.total ?? state.model.summary?.gpuBytes ?? 0;
}
