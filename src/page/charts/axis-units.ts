/** What line charts are drawn over, in words. */

import type { AxisUnit } from "../store/state";

export const unitNames: Readonly<Record<AxisUnit, string>> = {
  step: "step",
  tokens: "tokens",
  keptTokens: "kept tokens",
  seconds: "seconds",
  flops: "FLOPs",
};

/** Below the horizontal axis of a chart that is saved. */
export const axisTitles: Readonly<Record<AxisUnit, string>> = {
  step: "training step",
  tokens: "tokens that each run has read in training",
  keptTokens: "tokens that each run has learned from: of rows and tokens that weigh more than 0",
  seconds: "seconds that each run has trained",
  flops: "floating-point operations of each run's training",
};
