/** A dropout mask, the same for the same seed, step and salt. */

import source from "../../shaders/dropout-mask.wgsl?raw";
import { grid } from "./grid";
import { defineKernel } from "./kernel";

export const dropoutMask = defineKernel({
  name: "dropout-mask",
  source,
  bindings: { draw: "read", out: "read-write" },
  sizes: { count: "u32", salt: "u32", rate: "f32" },
  workgroups: ({ count }) => grid(count, 64),
});
