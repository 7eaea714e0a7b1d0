/** What an executor takes for itself, from shapes alone: for estimates before anything is made. */

import type { Dispatch } from "../kernels/kernel";
import type { Place } from "../program/place";
import type { Program } from "../program/program";
import type { Tensor } from "../program/tensor";

/** A training step or an evaluation, as far as onnxruntime has to do with it. */
export interface PlannedStep {
  readonly program: Program;
  /** What the forward pass gives out. */
  readonly outputs: readonly Tensor[];
  readonly backward: readonly Dispatch<Place>[];
}

/**
 * What one step takes of onnxruntime; each executor adds what it needs to tell what many take
 * together.
 */
export interface StepCosts {
  /** What the forward pass reads. */
  readonly leaves: readonly Tensor[];
  /** Bytes of the largest single buffer that onnxruntime makes for itself. */
  readonly largest: number;
}

export interface Costs<Step extends StepCosts = StepCosts> {
  /** Bytes beside the bound buffers of so many dispatches that are compiled together. */
  dispatches(count: number): number;
  step(planned: PlannedStep): Step;
  /** onnxruntime's bytes for all of these steps, each of `variants` runs. */
  runtime(steps: readonly Step[], variants: number): number;
}
