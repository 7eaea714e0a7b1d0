/** One AdamW update of a tensor, in place. */

import source from "../../shaders/adamw.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const adamw = defineKernel({
  name: "adamw",
  source,
  bindings: {
    parameter: "read-write",
    gradient: "read",
    firstMoment: "read-write",
    secondMoment: "read-write",
    schedule: "read",
    metrics: "read",
  },
  sizes: { count: "u32", weightDecay: "f32", learningRateScale: "f32" },
  workgroups: ({ count }) => grid(count, 64),
});
