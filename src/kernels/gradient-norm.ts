/** The norm from its partial sums of squares. */

import source from "../../shaders/gradient-norm.wgsl?raw";
import { defineKernel } from "./kernel";

export const gradientNorm = defineKernel({
  name: "gradient-norm",
  source,
  bindings: { partials: "read f32", stepFigures: "read-write f32" },
  sizes: {},
  processor: {
    loop({ partials, stepFigures }) {
      let sum = 0;
      for (let i = 0; i < 256; i++) sum += partials.f32[i]!;
      stepFigures.f32[1] = Math.sqrt(sum);
    },
  },
  workgroups: () => [1, 1, 1],
});
