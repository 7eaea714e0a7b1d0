/** Bytes the studio holds on the GPU now: the base weights once, and what each run has of its own. */

import type { GpuBytes } from "../../worker/api";
import type { StudioState } from "./state";

export function ownBytes(bytes: GpuBytes): number {
  return bytes.total - bytes.weights;
}

export function gpuBytesHeld(state: StudioState): number {
  const weights = state.model.summary?.gpuBytes ?? 0;
  const runs = state.comparison.current?.runs ?? [];
  return runs.reduce((sum, run) => sum + (run.bytes ? ownBytes(run.bytes) : 0), weights);
}
