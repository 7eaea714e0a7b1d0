/** 256 partial sums of squares. */

import source from "../../shaders/square-sum.wgsl?raw";
import { defineKernel } from "./kernel";

export const squareSum = defineKernel({
  name: "square-sum",
  source,
  bindings: { x: "read f32", partials: "read-write f32" },
  sizes: { count: "u32" },
  options: { ACCUMULATE: 0 },
  processor: {
    // All in the first of the partial sums: a loop adds up in float64.
    loop({ x: { f32: x }, partials: { f32: partials } }, { count }, { ACCUMULATE }) {
      let sum = ACCUMULATE === 1 ? partials[0]! : 0;
      for (let i = 0; i < count; i++) sum += x[i]! * x[i]!;
      if (ACCUMULATE !== 1) partials.fill(0, 1, 256);
      partials[0] = sum;
    },
  },
  workgroups: () => [4, 1, 1],
});
