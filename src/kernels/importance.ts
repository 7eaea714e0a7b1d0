/** AdaLoRA's smoothed sensitivity and uncertainty of a trained tensor's elements. */

import source from "../../shaders/importance.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const importance = defineKernel({
  name: "importance",
  source,
  bindings: {
    value: "read",
    gradient: "read",
    metrics: "read",
    sensitivity: "read-write",
    uncertainty: "read-write",
  },
  sizes: { count: "u32", beta1: "f32", beta2: "f32", maxNorm: "f32" },
  workgroups: ({ count }) => grid(count, 64),
});
