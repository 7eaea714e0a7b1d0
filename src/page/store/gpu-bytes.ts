/** Bytes the studio holds on the GPU now: the base weights once, and what each run has of its own. */

import type { GpuBytes } from "../../worker/api";
import type { StudioState } from "./state";

export function ownBytes(bytes: GpuBytes): number {
  return bytes.total - bytes.weights;
}

export function gpuBytesHeld(state: StudioState): number {
  const weights = state.model.summary?.gpuBytes ?? 0;
  const { current } = state.comparison;
  const ended = current && ["finished", "stopped", "failed"].includes(current.state);
  // While runs train each tells its own bytes; once all have ended, what is left is told for all together.
  if (ended && current.gpuBytes) return current.gpuBytes.total;
  const runs = current?.runs ?? [];
  return runs.reduce((sum, run) => sum + (run.bytes ? ownBytes(run.bytes) : 0), weights);
}
