/** The norm from its partial sums of squares. */

import source from "../../shaders/gradient-norm.wgsl?raw";
import { defineKernel } from "./kernel";

export const gradientNorm = defineKernel({
  name: "gradient-norm",
  source,
  bindings: { partials: "read", metrics: "read-write" },
  sizes: {},
  workgroups: () => [1, 1, 1],
});
