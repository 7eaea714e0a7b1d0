/** 256 partial sums of squares. */

import source from "../../shaders/square-sum.wgsl?raw";
import { defineKernel } from "./kernel";

export const squareSum = defineKernel({
  name: "square-sum",
  source,
  bindings: { x: "read", partials: "read-write" },
  sizes: { count: "u32" },
  options: { ACCUMULATE: 0 },
  workgroups: () => [4, 1, 1],
});
